import type { Told } from '../../importer.ts'
import { cloudAttributes, cloudIds, nameCloudResource } from '../../../model/cloud-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, ControlResultRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { readCsv } from '../../readers/csv.ts'
import { cutText, given } from '../../readers/json-fields.ts'
import { toldOnce } from '../../readers/told-once.ts'

/** Columns that only Wiz's report of issues has. */
export const ISSUE_COLUMNS = ['Issue ID', 'Control ID', 'Resource external ID', 'Resource vertex ID', 'Wiz URL']

/** What an issue says of its control; null for a word that Wiz does not use. An issue that went without being fixed says nothing of it. */
function statusOf(status: string, resolution: string): ControlResultRecord['status'] | null {
  const word = status.toUpperCase()
  if (word === 'OPEN' || word === 'IN_PROGRESS') return 'fail'
  if (word === 'RESOLVED') return resolution === '' || resolution.toUpperCase() === 'ISSUE_FIXED' ? 'pass' : 'not_run'
  return word === 'IGNORED' || word === 'REJECTED' ? 'not_run' : null
}

/** The report of issues (Issues → Export, CSV). It does not say when it was made. */
export async function* readIssues(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const once = toldOnce()
  yield { kind: 'report', source: 'wiz', tool: 'Wiz', tool_version: null, observed_at: null }
  yield* readCsv(bytes).tell(function* (rows) {
    for (const { line, row, error } of rows) {
      const cell = (name: string): string => row[name]?.trim() ?? ''
      const at = `line ${line}`
      const control = cell('Control ID')
      const status = statusOf(cell('Status'), cell('Resolution'))
      const asset = assetOf(cell)
      if (error !== null || control === '' || status === null || asset === null) {
        const what =
          control === ''
            ? 'a "Control ID"'
            : asset === null
              ? 'a "Resource external ID" or "Resource vertex ID"'
              : 'a "Status" OPEN, IN_PROGRESS, RESOLVED or IGNORED'
        yield { kind: 'skipped', at, reason: error ?? `Expected ${what}; found ${JSON.stringify(cell('Status').slice(0, 40))}` }
        continue
      }
      yield* once(asset)
      if (status !== 'not_run')
        yield* once({ kind: 'coverage', asset: asset.asset, subject: 'control', access: 'remote', checks: 'listed' })
      const control_id = `wiz:${control}`
      const severity = parseSeverity(cell('Severity')) ?? undefined
      if (!once.knows(control_id))
        yield* once({
          kind: 'control',
          control_id,
          title: cutText(cell('Title')) ?? control,
          ...given({
            severity,
            description: cutText(cell('Description')),
            remediation: cutText(cell('Remediation Recommendation')),
            product: cell('Resource Platform').toLowerCase(),
          }),
        })
      yield {
        kind: 'control_result',
        asset: asset.asset,
        control_id,
        status,
        ...given({
          severity,
          evidence: cutText(cell('Note')),
          place: [cell('Kubernetes Cluster'), cell('Kubernetes Namespace')].filter((one) => one !== '').join('/'),
        }),
      }
    }
  })
}

/** The resource by the names that every tool has for it, and by Wiz's own id. Null when the row names none. */
function assetOf(cell: (name: string) => string): AssetRecord | null {
  const external = cell('Resource external ID')
  const vertex = cell('Resource vertex ID')
  const type = cell('Resource Type')
  const place = { provider: cell('Resource Platform'), account: cell('Subscription ID'), region: cell('Resource Region'), type }
  if (external === '' && vertex === '') return null
  const found = nameCloudResource(external || vertex, cell('Resource Name'), place, 'wiz')
  const names: AssetRecord['names'] =
    found.whole_account && found.names.length > 0 ? found.names : cloudIds(external, place).map((name) => ({ type: 'cloud_id', name }))
  if (vertex !== '' && !(found.whole_account && found.place === '')) names.push({ type: 'agent_id', name: `wiz:${vertex}` })
  if (names.length === 0) names.push({ type: 'agent_id', name: `wiz:${external}` })
  const os_family = parseOsFamily(cell('Resource OS'))
  return {
    kind: 'asset',
    asset: vertex || names[0]!.name,
    type: found.whole_account && found.place === '' ? found.type : typeOf(type, found.place === '' ? found.type : 'cloud_resource'),
    name: found.place === '' ? found.name : cell('Resource Name') || external,
    names,
    attributes: { ...cloudAttributes(place, found.whole_account), ...(os_family && { os_family }) },
    ...(cell('Resource Status').toUpperCase() === 'INACTIVE' && { inactive: true }),
  }
}

/** Wiz's words for types are the provider's; Kubernetes' are its kinds. */
function typeOf(type: string, known: AssetRecord['type']): AssetRecord['type'] {
  if (/managedclusters|eks::cluster|container.*cluster/i.test(type)) return 'cluster'
  return /ActiveDirectory\/User|ServicePrincipal|^(?:User|ServiceAccount)$|iam::(?:user|role)$/i.test(type) ? 'identity' : known
}
