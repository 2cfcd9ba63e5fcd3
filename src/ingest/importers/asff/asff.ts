import { UserError } from '../../../errors.ts'
import { closedItem } from '../../../model/closed-item.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { cutText, type Fields, fieldsOf, firstInstant, given, httpsOf, listOf, oneLine, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'
import { flawOf, severityOf } from './flaw.ts'
import { controlIdOf, frameworksOf, kindOf, type Product, productOf, throughSecurityHub } from './product.ts'
import { type Resource, resourceOf } from './resource.ts'

/** Where the items stand: in a list of their own, in the answer of `get-findings`, in an event of EventBridge, or one document each. */
const patterns = { list: '$[*]', Findings: '$.Findings[*]', findings: '$.findings[*]', detail: '$.detail.findings[*]', item: '$' } as const

/** What only an ASFF item has. https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html */
const isItem = (members: ReadonlyMap<string, unknown>): boolean => {
  const product = members.get('ProductArn')
  return (
    typeof product === 'string' &&
    /^arn:aws[a-z-]*:securityhub:/.test(product) &&
    (members.has('SchemaVersion') || members.has('AwsAccountId'))
  )
}

function layoutOf(text: string): (typeof patterns)[keyof typeof patterns] | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  if (isItem(outline.members)) return outline.list ? patterns.list : patterns.item
  const inside = (members: typeof outline.members, name: string): boolean => {
    const list = members.get(name)
    return typeof list === 'object' && list !== null && isItem(jsonOutline(list.text)?.members ?? new Map())
  }
  if (inside(outline.members, 'Findings')) return patterns.Findings
  if (inside(outline.members, 'findings')) return patterns.findings
  const detail = outline.members.get('detail')
  const event = typeof detail === 'object' && detail !== null ? jsonOutline(detail.text) : null
  return event && inside(event.members, 'findings') ? patterns.detail : null
}

/**
 * Findings in the AWS Security Finding Format, whoever wrote them: Security Hub, Inspector, GuardDuty, Prowler, Trivy and others. The product
 * decides what an item is. Format: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
 */
export const asff: Importer = reads({
  id: 'asff',
  title: 'AWS Security Finding Format (Security Hub, Prowler, Trivy and others)',
  version: 2,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const empty = /^\s*(?:\[\s*\]|\{\s*"[Ff]indings"\s*:\s*\[\s*\][^[]*\})?\s*$/.test(text)
    const layout = layoutOf(text) ?? (empty ? patterns.list : null)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected findings of the AWS Security Finding Format: items with "ProductArn" and "SchemaVersion"',
      )
    const read = openItems()
    yield* readJson(bytes, [layout]).tell(function* (matches) {
      for (const { value, at, document } of matches) {
        yield* read.item(fieldsOf(value), layout === patterns.item ? `document ${document + 1}` : at)
      }
    })

    yield read.end()
  },
})

function openItems(): { item(item: Fields, at: string): Generator<FileRecord>; end(): Generator<FileRecord> } {
  let source: string | null = null
  /** A product's own file says how its run went; what Security Hub hands out may be any part of what it has. */
  let ownFile = false
  const once = toldOnce()

  function* begin(item: Fields | null): Generator<FileRecord> {
    const product = item && productOf(item)
    const hub = item === null || throughSecurityHub(item)
    source = hub ? 'aws-security-hub' : product!.source
    ownFile = !hub && source === 'prowler'
    const version = item && source === 'prowler' ? textOf(fieldsOf(item.ProductFields).ProviderVersion) : ''
    yield { kind: 'report', source, tool: hub ? 'AWS Security Hub' : product!.tool, tool_version: version || null, observed_at: null }
  }

  return {
    *item(item, at) {
      const product = productOf(item)
      if (source === null) yield* begin(item)
      const reason = whyLeft(item)
      if (reason !== null) {
        yield { kind: 'skipped', at, reason }
        return
      }
      const found = resourceOf(item, source!)
      const observed_at = firstInstant(item.UpdatedAt, item.LastObservedAt, item.CreatedAt)
      const kind = kindOf(item, product)
      const closed = closedWord(item)
      if (closed !== null) {
        // Its resource may be gone, which is why it was closed.
        yield* once({ ...found.asset, inactive: true, ...(observed_at !== null && { observed_at }) })
        const flaw = kind === 'vulnerability' ? flawOf(item, product.source, undefined) : null
        const open =
          kind === 'vulnerability'
            ? flaw && { ...flaw.finding, asset: found.asset.asset }
            : [...detectionRecords(item, at, product, found, toldOnce())].find((record) => record.kind === 'finding')
        if (open) yield closedItem(open, { reason: closed, at, closed_at: firstInstant(item.UpdatedAt) })
        else yield { kind: 'skipped', at, reason: `${closed}, and nothing that names it` }
        return
      }
      if (observed_at !== null) found.asset.observed_at = observed_at
      yield* once(found.asset)
      if (kind === 'control') {
        yield* controlRecords(item, at, product, found, ownFile, once)
        return
      }
      const severity = severityOf(item)
      if (kind === 'vulnerability') {
        const flaw = flawOf(item, product.source, severity)
        if (flaw === null) {
          yield { kind: 'skipped', at, reason: 'Expected the id of a vulnerability; there is none' }
          return
        }
        yield* once({ kind: 'coverage', asset: found.asset.asset, subject: 'vulnerability', access: 'remote', checks: 'listed' })
        for (const vulnerability of flaw.vulnerabilities) yield* once(vulnerability)
        yield { kind: 'finding', asset: found.asset.asset, ...flaw.finding }
        return
      }
      yield* detectionRecords(item, at, product, found, once)
    },
    *end() {
      if (source === null) yield* begin(null)
    },
  }
}

/** Why an item says nothing: put aside, a sample, a summary of the others. null when it does stand. */
function whyLeft(item: Fields): string | null {
  if (textOf(item.ProductArn) === '') return 'Expected a finding with a "ProductArn"'
  if (item.Sample === true) return 'A sample finding, not a real one'
  if (
    /:ruleset\/set\/(?!.*\/rule\/)/.test(textOf(item.GeneratorId)) &&
    textOf(listOf(fieldsOf(item.FindingProviderFields).Types)[0]).startsWith('MITRE/SAF/')
  )
    return 'A summary of the other items'
  const inspector = textOf(fieldsOf(item.ProductFields)['aws/inspector/FindingStatus']).toUpperCase()
  const workflow = textOf(fieldsOf(item.Workflow).Status).toUpperCase()
  if (textOf(fieldsOf(item.Compliance).Status) !== '') return null
  if (closedWord(item) !== null) return null
  return workflow === 'SUPPRESSED' || inspector === 'SUPPRESSED' ? 'Suppressed' : null
}

/** What the product or Security Hub says of an item that is over; null when it is not, and for the result of a check, which says so itself. */
function closedWord(item: Fields): string | null {
  if (textOf(fieldsOf(item.Compliance).Status) !== '') return null
  if (textOf(item.RecordState).toUpperCase() === 'ARCHIVED') return 'ARCHIVED'
  if (textOf(fieldsOf(item.Workflow).Status).toUpperCase() === 'RESOLVED') return 'RESOLVED'
  return textOf(fieldsOf(item.ProductFields)['aws/inspector/FindingStatus']).toUpperCase() === 'CLOSED' ? 'CLOSED' : null
}

/** PASSED and FAILED are answers. WARNING and NOT_AVAILABLE (and Prowler's INFOED, MANUAL, MUTED) are none, nor is what is archived or suppressed. */
function statusOf(item: Fields): ControlResultRecord['status'] | null {
  const word = textOf(fieldsOf(item.Compliance).Status).toUpperCase()
  if (word === '') return null
  if (textOf(item.RecordState).toUpperCase() === 'ARCHIVED' || textOf(fieldsOf(item.Workflow).Status).toUpperCase() === 'SUPPRESSED')
    return 'not_run'
  return word === 'PASSED' ? 'pass' : word === 'FAILED' ? 'fail' : 'not_run'
}

function* controlRecords(
  item: Fields,
  at: string,
  product: Product,
  { asset: { asset }, place }: Resource,
  whole: boolean,
  once: Once,
): Generator<FileRecord> {
  const control_id = controlIdOf(item, product)
  const status = statusOf(item)
  if (control_id === '' || status === null) {
    yield { kind: 'skipped', at, reason: `Expected a ${control_id === '' ? '"GeneratorId"' : 'Compliance.Status'}; there is none` }
    return
  }
  if (status !== 'not_run')
    yield* once(
      whole
        ? { kind: 'coverage', asset, subject: 'control' }
        : { kind: 'coverage', asset, subject: 'control', access: 'remote', checks: 'listed' },
    )
  // Security Hub calls whatever passes informational: that is no severity of the control.
  const severity = status === 'fail' || product.source !== 'aws-security-hub' ? severityOf(item) : undefined
  const description = textOf(item.Description)
  const ofResult = product.source === 'prowler'
  if (!once.knows(control_id)) {
    const recommendation = fieldsOf(fieldsOf(item.Remediation).Recommendation)
    const frameworks = frameworksOf(item, product)
    const title = oneLine(textOf(item.Title))
    yield* once({
      kind: 'control',
      control_id,
      title: cutText(ofResult ? title.replace(/^\[[^\]]*\]\s*/, '') : title) ?? control_id,
      product: 'aws',
      ...given({
        severity,
        description: ofResult ? undefined : cutText(description),
        remediation: cutText(textOf(recommendation.Text)),
        url: httpsOf(textOf(recommendation.Url)),
      }),
      ...(frameworks.length > 0 && { frameworks }),
    })
  }
  const reasons = listOf(fieldsOf(item.Compliance).StatusReasons).map(
    (reason) => textOf(fieldsOf(reason).Description) || textOf(fieldsOf(reason).ReasonCode),
  )
  const said = textOf(fieldsOf(item.ProductFields)['aws/securityhub/annotation']) || reasons.filter((one) => one !== '').join(' ')
  const evidence = cutText(ofResult ? description : said)
  const result: ControlResultRecord = { kind: 'control_result', asset, control_id, status }
  if (severity) result.severity = severity
  if (evidence) result.evidence = evidence
  if (place) result.place = place
  yield result
}

function* detectionRecords(
  item: Fields,
  at: string,
  product: Product,
  { asset: { asset }, place }: Resource,
  once: Once,
): Generator<FileRecord> {
  const control_id = controlIdOf(item, product)
  if (control_id === '') {
    yield { kind: 'skipped', at, reason: 'Expected a type or a "GeneratorId"; there is none' }
    return
  }
  const severity = severityOf(item)
  const title = oneLine(textOf(item.Title))
  const recommendation = fieldsOf(fieldsOf(item.Remediation).Recommendation)
  if (!once.knows(control_id))
    yield* once({
      kind: 'control',
      control_id,
      title: product.kind === 'detection' ? control_id.slice(product.source.length + 1) : (cutText(title) ?? control_id),
      partial: true,
      product: 'aws',
      ...given({
        severity,
        remediation: cutText(textOf(recommendation.Text)),
        url: httpsOf(textOf(recommendation.Url), textOf(item.SourceUrl)),
      }),
    })
  const other = fieldsOf(fieldsOf(fieldsOf(listOf(item.Resources)[0]).Details).Other)
  const file = textOf(other.Filename)
  const line = textOf(other.StartLine)
  const where = file ? (line && line !== '0' ? `${file}:${line}` : file) : portOf(item) || place
  yield {
    kind: 'finding',
    asset,
    control_id,
    access: 'full',
    ...given({ severity, title: cutText(title), place: where }),
    ...(file && { component: { name: file.slice(0, 500), type: 'file' } }),
  }
}

/** What Inspector found open to the network: `22-22/TCP`. */
function portOf(item: Fields): string {
  const details = 'aws/inspector/networkReachabilityDetails'
  const fields = fieldsOf(item.ProductFields)
  const [begin, end] = [textOf(fields[`${details}/openPortRange/begin`]), textOf(fields[`${details}/openPortRange/end`])]
  if (begin === '') return ''
  return `${begin}${end && end !== begin ? `-${end}` : ''}/${textOf(fields[`${details}/protocol`]).toLowerCase() || 'tcp'}`
}
