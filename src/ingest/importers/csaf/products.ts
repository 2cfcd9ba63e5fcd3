import type { SkippedRecord } from '../../../model/record.ts'
import { type NamedProduct, targetOf } from '../../../model/statement-target.ts'
import type { StatementTarget } from '../../../model/statement.ts'
import { Branch, Group, Product, Relationship } from './document.ts'
import { safeParse } from '../../readers/safe-parse.ts'

/** A product of the tree: how it is shown, and what finds it. */
interface Known {
  name: string
  named: NamedProduct
  /** The product that it is a component of, by id; null: it stands alone. */
  inside: string | null
}

/** The product tree of a document: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html section 3.2.2 */
export class Products {
  private readonly known = new Map<string, Known>()
  private readonly groups = new Map<string, readonly string[]>()

  /** Products told so far. */
  get size(): number {
    return this.known.size
  }

  /** Takes one member of the tree: a branch with all below it, a full product name, a relationship or a group. */
  *add(kind: 'branch' | 'product' | 'relationship' | 'group', value: unknown, at: string): Generator<SkippedRecord> {
    if (kind === 'branch') {
      const waiting = [value]
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const branch = safeParse(Branch, next)
        if (!branch.success) continue
        if (branch.data.product) this.keep(branch.data.product, null)
        waiting.push(...(branch.data.branches ?? []))
      }
      return
    }
    const parsed = { product: Product, relationship: Relationship, group: Group }[kind].safeParse(value)
    if (!parsed.success) {
      yield { kind: 'skipped', at, reason: `Expected a ${kind} with its ids` }
      return
    }
    if ('full_product_name' in parsed.data) {
      const { full_product_name, product_reference, relates_to_product_reference } = parsed.data
      const component = this.known.get(product_reference)
      this.keep(full_product_name, relates_to_product_reference, component)
    } else if ('group_id' in parsed.data) this.groups.set(parsed.data.group_id, parsed.data.product_ids ?? [])
    else this.keep(parsed.data, null)
  }

  private keep({ product_id, name, product_identification_helper: helper }: Product, inside: string | null, component?: Known): void {
    const purl = helper?.purl ?? helper?.purls?.[0] ?? component?.named.purl
    this.known.set(product_id, { name: name ?? component?.name ?? product_id, named: { purl }, inside })
  }

  /** Whether an entry that names products and groups of them is about this one; one that names none is about all. */
  isAbout(entry: { product_ids?: string[] | null | undefined; group_ids?: string[] | null | undefined }, product_id: string): boolean {
    if (!entry.product_ids?.length && !entry.group_ids?.length) return true
    return Boolean(entry.product_ids?.includes(product_id) || entry.group_ids?.some((id) => this.groups.get(id)?.includes(product_id)))
  }

  nameOf(product_id: string): string {
    return this.known.get(product_id)?.name ?? product_id
  }

  /**
   * Where a product is found. A component of a product without package URL (an operating system told by its CPE) is found by its own
   * version alone; without one it could be in any other product too, and is found nowhere.
   */
  targetOf(product_id: string): StatementTarget {
    const known = this.known.get(product_id)
    if (!known) return {}
    if (known.inside === null) return targetOf(known.named)
    const around = this.known.get(known.inside)?.named
    if (around?.purl !== undefined) return targetOf(around, known.named)
    const target = targetOf(known.named)
    return target.package === undefined || target.package.includes('@') ? target : {}
  }
}
