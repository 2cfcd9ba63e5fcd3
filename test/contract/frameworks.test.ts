import { describe, expect, it } from 'vitest'
import { deriveFrameworks } from '../../src/insights/frameworks.ts'
import { namedFrameworks } from '../../src/store/queries/initiatives/frameworks.ts'
import { engines } from './engines.ts'
import { openWorlds, putWorld } from './world.ts'

describe.each(engines)('frameworks that reports name on $name', ({ open }) => {
  it('are a benchmark of each cloud where Prowler says the same version of CIS for several', async () => {
    const engine = await open()
    const org_id = await openWorlds(engine)
    const checks = (product: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        control_id: `prowler:${product}_${index}`,
        product,
        frameworks: JSON.stringify([
          { framework: 'CIS-2.0', requirement: `1.${index}` },
          { framework: 'PCI-4.0', requirement: `2.${index}` },
        ]),
      }))
    await putWorld(engine, org_id, { control: [...checks('aws', 3), ...checks('azure', 4), ...checks('unheard-of', 1)] })
    await deriveFrameworks(engine, org_id)
    expect(await namedFrameworks(engine, org_id)).toEqual([
      { framework: 'cis-2-0', title: 'CIS-2.0', controls: 1 },
      { framework: 'cis-2-0-for-aws', title: 'CIS-2.0 for AWS', controls: 3 },
      { framework: 'cis-2-0-for-azure', title: 'CIS-2.0 for Azure', controls: 4 },
      { framework: 'pci-4-0', title: 'PCI-4.0', controls: 8 },
    ])
    await engine.close()
  })
})
