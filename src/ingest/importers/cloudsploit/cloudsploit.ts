import { UserError } from '../../../errors.ts'
import { readArn } from '../../../model/aws-arn.ts'
import { cloudAttributes, cloudIds } from '../../../model/cloud-name.ts'
import type { AssetRecord, ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { cutText, type Fields, fieldsOf, given, textOf, textsIn } from '../../readers/json-fields.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'

const MEMBERS = ['plugin', 'category', 'resource', 'region', 'status', 'message']

const statuses: Record<string, ControlResultRecord['status']> = {
  OK: 'pass',
  PASS: 'pass',
  FAIL: 'fail',
  WARN: 'fail',
  UNKNOWN: 'not_run',
}

function layoutOf(text: string): 'json' | 'csv' | null {
  const outline = jsonOutline(text)
  if (outline) return outline.list && MEMBERS.every((name) => outline.members.has(name)) ? 'json' : null
  const columns = new Set(csvHeader(text))
  return ['category', 'title', 'resource', 'region', 'statusWord', 'message'].every((name) => columns.has(name)) && columns.size <= 12
    ? 'csv'
    : null
}

/** CloudSploit by Aqua: the JSON (`--json`) and CSV (`--csv`) of a scan. https://github.com/aquasecurity/cloudsploit#cli-options */
export const cloudsploit: Importer = reads({
  id: 'cloudsploit',
  title: 'CloudSploit (JSON, CSV)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (isEmptyList(text) ? 'json' : null)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected results of CloudSploit: a list with "plugin", "resource" and "status"')
    const told: AlreadyTold = { assets: new Set(), covered: new Set(), controls: new Set() }
    yield { kind: 'report', source: 'cloudsploit', tool: 'CloudSploit', tool_version: null, observed_at: null }
    if (layout === 'json')
      yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
        for (const { value, at } of matches) yield* resultRecords(fieldsOf(value), at, told)
      })
    else
      yield* readCsv(bytes).tell(function* (rows) {
        for (const { line, row, error } of rows) {
          if (error === null) yield* resultRecords({ ...row, status: row['statusWord'] }, `line ${line}`, told)
          else yield { kind: 'skipped', at: `line ${line}`, reason: error }
        }
      })
  },
})

/** What the many results of one asset or plugin need not tell again, by its name. */
interface AlreadyTold {
  assets: Set<string>
  covered: Set<string>
  controls: Set<string>
}

/** Adds it; whether it was not there. */
const isNew = (told: Set<string>, name: string): boolean => {
  const { size } = told
  return told.add(name).size > size
}

function resultRecords(item: Fields, at: string, told: AlreadyTold): FileRecord[] {
  const title = textOf(item.title)
  const id = textOf(item.plugin) || title
  const word = textOf(item.status).toUpperCase()
  if (id === '' || !Object.hasOwn(statuses, word)) {
    const reason = `Expected a plugin and a status OK, WARN, FAIL or UNKNOWN; found ${JSON.stringify(word.slice(0, 40))}`
    return [{ kind: 'skipped', at, reason }]
  }
  const records: FileRecord[] = []
  const { asset, place } = assetIn(textsIn(item.region).join(' '))(textOf(item.resource))
  const status = statuses[word]!
  if (isNew(told.assets, asset.asset)) records.push(asset)
  if (status !== 'not_run' && isNew(told.covered, asset.asset)) records.push({ kind: 'coverage', asset: asset.asset, subject: 'control' })
  const control_id = controlId(id)
  if (isNew(told.controls, control_id))
    records.push({
      kind: 'control',
      control_id,
      title: cutText(title) ?? id,
      ...given({ category: textOf(item.category), description: cutText(textOf(item.description)) }),
    })
  const result: ControlResultRecord = { kind: 'control_result', asset: asset.asset, control_id, status }
  const evidence = cutText(textOf(item.message))
  if (evidence) result.evidence = evidence
  if (place) result.place = place
  records.push(result)
  return records
}

const controlId = remembered((plugin) => `cloudsploit:${plugin}`)

/** The asset of a resource, by its region: AWS has some forty. */
const assetIn = remembered((region) => remembered((resource) => assetOf(resource, region), 1000), 40)

/** A resource by its own name. One that is unique only inside its account, or none at all, is a place in the account, which the report does not name. */
function assetOf(resource: string, region: string): { asset: AssetRecord; place: string } {
  const id = /^n\/a$/i.test(resource) ? '' : resource
  const place = { provider: '', account: readArn(id)?.account ?? '', region: region === 'global' ? '' : region, type: '' }
  const [first, ...others] = id === '' ? [] : cloudIds(id, place)
  if (first === undefined)
    return {
      asset: { kind: 'asset', asset: 'account', type: 'account', name: '', names: [] },
      place: [region, id].filter((one) => one !== '').join(' '),
    }
  const provider = first.startsWith('/subscriptions/')
    ? 'azure'
    : /^(?:projects\/|\/\/)/.test(first)
      ? 'gcp'
      : first.startsWith('ocid1.')
        ? 'oci'
        : 'aws'
  const shown = id.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf(':')) + 1) || id
  return {
    asset: {
      kind: 'asset',
      asset: first,
      type: /:instance\/i-|\/virtualmachines\/[^/]+$/i.test(first) ? 'device' : 'cloud_resource',
      name: shown,
      names: [first, ...others].map((name) => ({ type: 'cloud_id', name })),
      attributes: cloudAttributes({ ...place, provider }, false),
    },
    place: '',
  }
}
