import { splitRequirement } from '../../../model/requirement.ts'
import { trivyCheck } from '../../../model/trivy-check.ts'
import { type Fields, fieldsOf, listOf, textOf, textsIn } from '../../readers/json-fields.ts'

/** What a product's finding is, and how it is called. */
export interface Product {
  /** Who says so, where the file is the product's own and did not come through Security Hub. */
  source: string
  /** Its name for people. */
  tool: string
  /**
   * `vulnerability`: flaws of software; `control`: a rule that passed or failed; `detection`: something was seen (behaviour, a secret, an open
   * way through the network). null: the item decides (Compliance → control, Vulnerabilities → vulnerability, else detection).
   */
  kind: 'vulnerability' | 'control' | 'detection' | null
}

const products = new Map<string, Product>([
  ['aws/securityhub', { source: 'aws-security-hub', tool: 'AWS Security Hub', kind: 'control' }],
  ['aws/inspector', { source: 'aws-inspector2', tool: 'Amazon Inspector', kind: null }],
  ['aws/guardduty', { source: 'aws-guardduty', tool: 'Amazon GuardDuty', kind: 'detection' }],
  ['aws/macie', { source: 'aws-macie', tool: 'Amazon Macie', kind: 'detection' }],
  ['aws/access-analyzer', { source: 'aws-access-analyzer', tool: 'IAM Access Analyzer', kind: 'detection' }],
  ['prowler/prowler', { source: 'prowler', tool: 'Prowler', kind: 'control' }],
  ['aquasecurity/aquasecurity', { source: 'trivy', tool: 'Trivy', kind: null }],
])

/** The product of an item, by its ARN: `arn:aws:securityhub:region::product/company/name`; an account's own is `…:product/<account>/default`. */
export function productOf(item: Fields): Product {
  const name = /:product\/(.+)$/.exec(textOf(item.ProductArn))?.[1] ?? ''
  const known = products.get(name)
  if (known) return known
  const custom = /^\d+\/default$/.test(name) || name === ''
  const source = custom
    ? 'asff'
    : `asff-${(name.split('/')[1] ?? name)
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]+/g, '-')
        .slice(0, 60)}`
  return { source, tool: textOf(item.ProductName) || (custom ? 'AWS Security Finding Format' : name.slice(0, 100)), kind: null }
}

/** Kind of this item: by its product, where that says it, else by what it holds. */
export function kindOf(item: Fields, product: Product): 'vulnerability' | 'control' | 'detection' {
  if (product.kind !== null) return product.kind
  if (textOf(fieldsOf(item.Compliance).Status) !== '') return 'control'
  const isFlaw = listOf(item.Vulnerabilities).length > 0 || textsIn(item.Types).some((type) => /\/Vulnerabilities(?:\/|$)/.test(type))
  return isFlaw ? 'vulnerability' : 'detection'
}

/** Whether the item was handed out by Security Hub, which marks whatever it holds with an id of its own. */
export const throughSecurityHub = (item: Fields): boolean => textOf(fieldsOf(item.ProductFields)['aws/securityhub/FindingId']) !== ''

/** The id of a control or detection, `<source>:<id>`, the same for a product whichever way its findings come. */
export function controlIdOf(item: Fields, product: Product): string {
  const generator = textOf(item.GeneratorId)
  const of = (id: string) => (id === '' ? '' : `${product.source}:${id.slice(0, 250)}`)
  if (product.source === 'prowler') return of(generator.replace(/^prowler-/, ''))
  if (product.source === 'trivy') return trivyControl(item, generator)
  if (product.source === 'aws-security-hub') return of(securityHubControl(item, generator))
  if (product.kind === 'detection') return of(typeOf(item) || generator)
  if (product.source === 'aws-inspector2')
    return of(/network reachability/i.test(textsIn(item.Types).join()) ? 'network-reachability' : typeOf(item) || generator)
  const rule = /:ruleset\/set\/(.+)$/.exec(generator)?.[1]
  return of(rule === undefined ? generator : rule.replace('/rule/', '/'))
}

/** Findings of one control under several standards have one id since 2023 (SecurityControlId); the older ones a standard's own. */
function securityHubControl(item: Fields, generator: string): string {
  const fields = fieldsOf(item.ProductFields)
  const consolidated = textOf(fieldsOf(item.Compliance).SecurityControlId) || /^security-control\/(.+)$/.exec(generator)?.[1]
  if (consolidated) return consolidated
  const foundational = /^aws-foundational-security-best-practices\/v\/[^/]+\/(.+)$/.exec(generator)?.[1]
  if (foundational) return foundational
  return textOf(fields.ControlId) || generator.replace(/^arn:aws[a-z-]*:securityhub:::ruleset\//, '').replace('/rule/', '/')
}

/** Trivy gives the id of a check or secret rule behind its name since 0.46; before, only the title tells. */
function trivyControl(item: Fields, generator: string): string {
  const id = /^Trivy\/(.+)$/.exec(generator)?.[1] ?? textOf(item.Id).split('/').at(-1) ?? ''
  return trivyCheck(id.slice(0, 250))
}

/** The last part of the finding's type: `TTPs/Discovery/Recon:EC2-Portscan` → `Recon:EC2-Portscan`. */
const typeOf = (item: Fields): string => textsIn(item.Types)[0]?.split('/').at(-1) ?? ''

/** Requirements of frameworks as the item writes them. Prowler: `CIS-1.5 1.20` beside the list of standards; Security Hub: `PCI DSS v3.2.1/2.2`, `NIST.800-53.r5 AC-4`. */
export function frameworksOf(item: Fields, product: Product): { framework: string; requirement: string }[] {
  const compliance = fieldsOf(item.Compliance)
  const found = new Map<string, { framework: string; requirement: string }>()
  const add = (framework: string, requirement: string) => {
    if (framework && requirement) found.set(`${framework}\n${requirement}`, { framework, requirement })
  }
  const standards = listOf(compliance.AssociatedStandards).map((one) => textOf(fieldsOf(one).StandardsId))
  for (const text of textsIn(compliance.RelatedRequirements).slice(0, 200)) {
    if (product.source === 'prowler') {
      const standard = standards.filter((one) => one !== '' && text.startsWith(`${one} `)).sort((a, b) => b.length - a.length)[0]
      if (standard !== undefined) for (const requirement of text.slice(standard.length).trim().split(' ')) add(standard, requirement)
    } else {
      const parts = splitRequirement(text)
      if (parts) add(parts.framework, parts.requirement)
    }
  }
  const own = /:control\/(.+)\/([^/]+)$/.exec(textOf(fieldsOf(item.ProductFields).StandardsControlArn))
  if (own) add(own[1]!, own[2]!)
  return [...found.values()]
}
