import { describe, expect, it } from 'vitest'
import { snyk } from '../../src/ingest/importers/snyk/snyk.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

describe.skipIf(!data)(`snyk on real reports (${data ? data.root : withoutRealData})`, () => {
  const read = async (name: string) => recordsOf(snyk, data!.files('reports/snyk').find(({ path }) => path.endsWith(name))!.file)

  it('reads every way to a package, and as many vulnerabilities as the file says are unique', async () => {
    const all = await read('heimdall__nodejs-goof-local.json.gz')
    expect(of(all, 'finding')).toHaveLength(379)
    expect(of(all, 'finding')[0]).toMatchObject({
      vulnerability_ids: ['SNYK-JS-ADMZIP-1065796'],
      severity: 'high',
      cvss: 7.4,
      component: { name: 'adm-zip', version: '0.4.7' },
      fixed_version: '0.5.2',
    })
    const ids = new Set(of(all, 'finding').map(({ title, component }) => `${title} ${component!.name}`))
    expect(ids.size).toBeGreaterThan(60)
  })

  it('takes the repository that was tested for the asset', async () => {
    expect(of(await read('heimdall__nodejs-goof-remote.json.gz'), 'asset')[0]!.names).toEqual([
      { type: 'repository', name: 'https://github.com/snyk-labs/nodejs-goof' },
    ])
  })

  it('keeps the severity that the test was limited to', async () => {
    expect(of(await read('one_vuln_with_ampersands.json'), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'folder', subject: 'vulnerability', min_severity: 'critical', checks: 'package-lock.json' },
    ])
  })

  it('reads an image and the application in it', async () => {
    const all = await read('snykcontainer_issue_9270.json.gz')
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'docker.io/sarim04/juiceshop:latest' }])
    expect(of(all, 'finding').filter(({ place }) => place === '/juice-shop/package.json')).toHaveLength(12)
  })
})
