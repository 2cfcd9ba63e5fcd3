import { describe, expect, it } from 'vitest'
import { wiz } from '../../src/ingest/importers/wiz/wiz.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`wiz on real reports (${data ? data.root : withoutRealData})`, () => {
  const read = async (name: string) => recordsOf(wiz, data!.files('reports/wiz').find(({ path }) => path.endsWith(name))!.file)

  it('reads all rows of a list of issues, its machines by their Azure path', async () => {
    const all = await read('multiple_findings.csv.gz')
    expect(all.filter(({ kind }) => kind === 'skipped')).toEqual([])
    expect(all.filter(({ kind }) => kind === 'control_result')).toHaveLength(98)
    const machine = all.find((one) => one.kind === 'asset' && one.name === 'omigod-vm')
    expect(machine).toMatchObject({
      type: 'device',
      inactive: true,
      names: [
        { type: 'cloud_id', name: expect.stringMatching(/^\/subscriptions\/fee3535b-.*\/virtualmachines\/omigod-vm$/) },
        { type: 'agent_id', name: expect.stringMatching(/^wiz:/) },
      ],
    })
  })

  it('reads a CLI scan by its rows, not by its summary', async () => {
    const all = await read('wizcli_dir_one_vul.json')
    // Its summary counts six.
    expect(all.filter(({ kind }) => kind === 'finding')).toMatchObject([{ vulnerability_ids: ['CVE-2024-24786'], fixed_version: '1.33.0' }])
  })
})
