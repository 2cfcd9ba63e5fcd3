import { describe, expect, it } from 'vitest'
import { sslLabs } from '../../src/ingest/importers/ssl-labs/ssl-labs.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const read = async (name: string) => {
  const records = await recordsOf(sslLabs, data!.files('reports/ssl-labs').find(({ path }) => path.includes(`/${name}`))!.file)
  return { records, failed: records.flatMap((one) => (one.kind === 'control_result' && one.status === 'fail' ? [one] : [])) }
}

describe.skipIf(!data)(`ssl-labs on real reports (${data ? data.root : withoutRealData})`, () => {
  it('reads 3des.badssl.com: grade C, weak primes, no forward secrecy', async () => {
    const { records, failed } = await read('ssl_labs_3des')
    expect(failed.map((one) => one.control_id.split(':')[1])).toEqual([
      'grade',
      'tls-1-0',
      'tls-1-1',
      'forward-secrecy',
      'weak-key-exchange',
    ])
    expect(failed[0]).toMatchObject({ severity: 'medium', evidence: 'Grade C' })
    expect(records.find((one) => one.kind === 'asset')).toMatchObject({
      name: '3des.badssl.com:443',
      attributes: { internet_facing: true },
      observed_at: parseInstant('2021-10-14T22:35:08.125Z'),
    })
  })

  it('takes the certificate that a client with SNI gets, and not the one without', async () => {
    expect((await read('ssl_labs_dh1024')).failed.map((one) => one.control_id)).not.toContain('ssl-labs:certificate')
    const [certificate] = (await read('ssl_labs_revoked')).failed.filter((one) => one.control_id === 'ssl-labs:certificate')
    expect(certificate).toMatchObject({ severity: 'high', evidence: 'expired' })
  })

  it('finds nothing on the one host with grade A', async () => {
    const { records, failed } = await read('ssl_labs_multiple')
    const good = records.find((one) => one.kind === 'asset' && one.name === 'defectdojo.mevitae.com:443')
    expect(good).toBeDefined()
    expect(failed.some((one) => good && 'asset' in good && one.asset === good.asset)).toBe(false)
  })
})
