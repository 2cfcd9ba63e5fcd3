import type { Told } from '../../importer.ts'
import { UserError } from '../../../errors.ts'
import { parseImageReference } from '../../../model/asset-name.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { bestRating } from '../../readers/cvss.ts'
import { cutText, type Fields, fieldsOf, firstInstant, given, httpsOf, listOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { readJson } from '../../readers/json.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'

const ASSET = 'scanned'
const SOURCE = 'wiz-cli'
const packages = ['osPackages', 'libraries', 'applications', 'cpes'].map((name) => `$.result.${name}[*]`)
const SECRETS = '$.result.secrets[*]'
const RULES = '$.result.ruleMatches[*]'
const DATA = '$.result.dataFindings[*]'

/** One scan of Wiz CLI (`wizcli dir|docker|iac scan … --format json`). Its own words come before its result. */
export async function* readCliScan(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const once = toldOnce()
  const head: Fields = {}
  const before = ['createdAt', 'status', 'policies', 'scanOriginResource']
  const kind = '$.result.__typename'
  let begun = false
  const begin = function* (): Generator<FileRecord> {
    if (begun) return
    begun = true
    yield* headRecords(head)
  }
  yield* readJson(bytes, [...before.map((name) => `$.${name}`), kind, ...packages, SECRETS, RULES, DATA]).tell(function* (batch) {
    for (const { path, at, value } of batch) {
      if (before.includes(path.slice(2))) {
        if (begun) throw new UserError('unreadable_report', `Expected ${path.slice(2)} before the result, as Wiz CLI writes it`)
        head[path.slice(2)] = value
        continue
      }
      if (path === kind) {
        head['typename'] = value
        continue
      }
      yield* begin()
      const item = fieldsOf(value)
      if (path === SECRETS) yield* secretRecords(item, once)
      else if (path === RULES) yield* ruleRecords(item, at, once)
      else if (path === DATA) yield { kind: 'skipped', at, reason: 'Findings about data are not read' }
      else yield* packageRecords(item, at, once)
    }
  })

  if (head['scanOriginResource'] === undefined)
    throw new UserError('unreadable_report', 'Expected a scan of Wiz CLI with "scanOriginResource"')
  yield begin()
}

function* headRecords(head: Fields): Generator<FileRecord> {
  yield { kind: 'report', source: SOURCE, tool: 'Wiz CLI', tool_version: null, observed_at: firstInstant(head['createdAt']) }
  yield assetOf(fieldsOf(head['scanOriginResource']))
  if (textOf(fieldsOf(head['status']).state) !== 'SUCCESS') return
  const looked = new Set(listOf(head['policies']).map((policy) => textOf(fieldsOf(fieldsOf(policy).params).__typename).toLowerCase()))
  if (textOf(head['typename']) === 'CICDIACScanResult') {
    yield { kind: 'coverage', asset: ASSET, subject: 'control', checks: 'configuration' }
    return
  }
  if (looked.has('cicdscanpolicyparamsvulnerabilities')) yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
  if (looked.has('cicdscanpolicyparamssecrets')) yield { kind: 'coverage', asset: ASSET, subject: 'control', checks: 'secrets' }
}

/** An image by its reference. A folder is one of the machine that scanned: it names nothing. */
function assetOf(origin: Fields): AssetRecord {
  const kind = textOf(origin.__typename)
  if (kind !== 'CICDScanOriginContainerImage') return { kind: 'asset', asset: ASSET, type: 'repository', name: '', names: [] }
  const digest = textOf(origin.digest)
  const image = parseImageReference(textOf(origin.name), digest)
  const image_digest = digest || image?.digest
  return {
    kind: 'asset',
    asset: ASSET,
    type: 'image',
    name: image ? textOf(origin.name) : '',
    names: image ? [{ type: 'image', name: image.name }] : [],
    ...(image_digest && { attributes: { image_digest } }),
  }
}

function* packageRecords(item: Fields, at: string, once: Once): Generator<FileRecord> {
  const name = textOf(item.name)
  for (const [index, value] of listOf(item.vulnerabilities).entries()) {
    const found = fieldsOf(value)
    const id = textOf(found.name)
    if (name === '' || id === '') {
      yield { kind: 'skipped', at: `${at}.vulnerabilities[${index}]`, reason: 'Expected the name of a package and of a vulnerability' }
      continue
    }
    const vulnerability_id = /^CVE-\d{4}-\d{4,}$/i.test(id) ? id.toUpperCase() : id
    const severity = parseSeverity(textOf(found.severity)) ?? undefined
    const rating = bestRating([{ score: numberOf(found.score), version: 3 }])
    const source = textOf(found.source)
    const advisory = /\/(GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})$/.exec(source)?.[1]
    if (!once.knows(vulnerability_id))
      yield* once({
        kind: 'vulnerability',
        vulnerability_id,
        ...given({
          description: cutText(textOf(found.description)),
          severity,
          published_at: firstInstant(found.publishDate),
          url: httpsOf(source),
        }),
        ...rating,
        ...(advisory && advisory !== vulnerability_id && { aliases: [advisory] }),
      })
    const exploit = found.hasCisaKevExploit === true ? 'known_exploited' : found.hasExploit === true ? 'public' : null
    yield {
      kind: 'finding',
      asset: ASSET,
      vulnerability_ids: [vulnerability_id],
      ...given({ severity, cvss: rating?.cvss, title: `${vulnerability_id} in ${name}`.slice(0, 500) }),
      ...(exploit && { exploit_stage: exploit }),
      component: {
        name: name.slice(0, 500),
        ...given({ version: textOf(item.version), type: textOf(item.detectionMethod).toLowerCase() }),
      },
      ...given({ fixed_version: textOf(found.fixedVersion), place: textOf(item.path) }),
    }
  }
}

/** A secret in a file. What Wiz shows of it is not kept. */
function* secretRecords(item: Fields, once: Once): Generator<FileRecord> {
  const type = textOf(item.type) || 'SECRET'
  const path = textOf(item.path)
  const line = textOf(item.lineNumber)
  const control_id = `${SOURCE}:secret-${type.toLowerCase()}`
  const name = textOf(fieldsOf(listOf(item.contains)[0]).name) || type.toLowerCase().replaceAll('_', ' ')
  if (!once.knows(control_id)) yield* once({ kind: 'control', control_id, title: `Secret in a file: ${name}`, category: 'Secrets' })
  yield {
    kind: 'finding',
    asset: ASSET,
    control_id,
    title: `Secret in a file: ${name}`,
    ...(path && { component: { name: path.slice(0, 500), type: 'file' }, place: line ? `${path}:${line}` : path }),
  }
}

/** A rule that infrastructure code breaks, once per place. */
function* ruleRecords(item: Fields, at: string, once: Once): Generator<FileRecord> {
  const rule = fieldsOf(item.rule)
  const id = textOf(rule.shortId) || textOf(rule.id)
  if (id === '') {
    yield { kind: 'skipped', at, reason: 'Expected a rule with an id' }
    return
  }
  const control_id = `${SOURCE}:${id}`
  const severity = parseSeverity(textOf(item.severity)) ?? undefined
  const title = cutText(textOf(rule.name)) ?? id
  if (!once.knows(control_id))
    yield* once({ kind: 'control', control_id, title, ...given({ severity, description: cutText(textOf(rule.description)) }) })
  for (const value of listOf(item.matches)) {
    const match = fieldsOf(value)
    const file = textOf(match.fileName)
    const line = textOf(match.lineNumber)
    const resource = textOf(match.resourceName)
    yield {
      kind: 'finding',
      asset: ASSET,
      control_id,
      ...given({ severity, place: file && line ? `${file}:${line}` : file }),
      title,
      component: { name: (resource && file ? `${file} ${resource}` : resource || file || 'configuration').slice(0, 500), type: 'file' },
    }
  }
}
