import { describe, expect, it } from 'vitest'
import { asff } from '../../src/ingest/importers/asff/asff.ts'
import type { Importer } from '../../src/ingest/importer.ts'
import { ocsf } from '../../src/ingest/importers/ocsf/ocsf.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`ocsf on real reports (${data ? data.root : withoutRealData})`, () => {
  const read = async (importer: Importer, name: string) =>
    (await recordsOf(importer, data!.files('reports/ocsf').find(({ path }) => path.endsWith(name))!.file)).filter(
      ({ kind }) => kind !== 'report',
    )

  it.each(['v1.1.0_Security_Hub_Vulnerability_Finding_samples_inspector', 'v1.0.0_rc.2_Security_Hub_samples_Security_Hub'])(
    'says of %s what its source in ASFF says',
    async (name) => {
      const said = async (importer: Importer, suffix: string) =>
        (await read(importer, `${name}${suffix}`)).flatMap((one): unknown[] => {
          if (one.kind === 'asset') return [{ names: one.names, type: one.type, observed_at: one.observed_at }]
          if (one.kind === 'finding') return [{ ...one, control_id: undefined }]
          return one.kind === 'control_result' ? [{ asset: one.asset, control_id: one.control_id, status: one.status }] : []
        })
      expect(await said(ocsf, '.ocsf')).toEqual(await said(asff, '.raw'))
    },
  )

  it('reads the package of an image', async () => {
    const finding = (await read(ocsf, 'samples_inspector.ocsf')).find(({ kind }) => kind === 'finding')
    expect(finding).toMatchObject({
      vulnerability_ids: ['CVE-2023-1255'],
      severity: 'medium',
      cvss: 5.9,
      component: { name: 'openssl', version: '3.0.8-r3' },
      fixed_version: '3.0.8-r4',
      exploit_stage: 'public',
    })
  })
})
