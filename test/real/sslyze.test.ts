import { describe, expect, it } from 'vitest'
import { sslyze } from '../../src/ingest/importers/sslyze/sslyze.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const failedOf = async (name: string) => {
  const records = await recordsOf(sslyze, data!.files('reports/sslyze').find(({ path }) => path.endsWith(`/${name}`))!.file)
  const failed = records.flatMap((one) =>
    one.kind === 'control_result' && one.status === 'fail' ? [one.control_id.slice('sslyze:'.length)] : [],
  )
  return { records, failed }
}
const OLD = ['tls-1-0', 'tls-1-1', 'weak-cipher-suites']

describe.skipIf(!data)(`sslyze on real reports (${data ? data.root : withoutRealData})`, () => {
  // Sites of badssl.com, each of which is wrong in the way of its name.
  it.each([
    ['scb__expired.badssl.com.json.gz', [...OLD, 'certificate-trust']],
    ['scb__self-signed.badssl.com.json.gz', [...OLD, 'certificate-trust']],
    ['scb__untrusted-root.badssl.com.json.gz', [...OLD, 'certificate-trust']],
    ['scb__wrong.host.badssl.com.json.gz', [...OLD, 'certificate-trust']],
    ['scb__tls-v1-0.badssl.com_1010.json.gz', ['tls-1-0']],
    ['scb__google.com.json.gz', OLD],
    ['scb__www.securecodebox.io.json.gz', []],
  ])('%s fails %j', async (name, expected) => {
    expect((await failedOf(name)).failed).toEqual(expected)
  })

  it('reads time, port and what was not run', async () => {
    const { records } = await failedOf('scb__tls-v1-0.badssl.com_1010.json.gz')
    expect(records[0]).toMatchObject({ tool_version: '6.2.0', observed_at: parseInstant('2025-11-05T12:16:23.543256Z') })
    expect(records.find((one) => one.kind === 'asset')).toMatchObject({ name: 'tls-v1-0.badssl.com:1010' })
    expect(records.find((one) => one.kind === 'control_result' && one.control_id === 'sslyze:early-data')).toMatchObject({
      status: 'not_run',
    })
  })

  it('covers only the other vulnerabilities where Heartbleed was not looked for', async () => {
    const { records } = await failedOf('issue_9848.json.gz')
    expect(records.filter((one) => one.kind === 'coverage').at(-1)!.checks).toBe(
      'client-renegotiation crime insecure-renegotiation openssl-ccs robot',
    )
  })
})
