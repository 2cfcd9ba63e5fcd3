import type { Condition } from '../../src/insights/conditions.ts'
import { exploitStages } from '../../src/model/exploit.ts'
import { severities } from '../../src/model/severity.ts'
import { type Attributes, evaluate } from '../contract/world.ts'
import { type AssetNow, attributesOfFinding } from './scores.ts'

/** Words that have an order, by field. */
const orders = {
  'vulnerability.severity': severities,
  'vulnerability.exploit_stage': exploitStages,
  'finding.severity': severities,
  'finding.stage': exploitStages,
  'control.severity': severities,
  'asset.criticality': ['low', 'medium', 'high', 'very_high'],
}

/** A metric's question: who is asked and who is exposed; `subject`: what an asset must have been looked at for. */
export interface Question {
  population: Condition
  exposed_when: Condition
  subject: 'vulnerability' | 'control' | 'asset'
}

/** The names of the assets that a metric asks, and of those that are exposed. */
export function ask(question: Question, assets: readonly AssetNow[]): { asked: string[]; exposed: string[] } {
  const asked = assets.filter(
    (asset) => evaluate(question.population, asset.attributes, orders) === true && asset.fresh.has(question.subject),
  )
  const exposed = asked.filter((asset) => isExposed(question.exposed_when, asset.attributes, asset.findings.map(attributesOfFinding)))
  return { asked: asked.map(({ asset }) => asset), exposed: exposed.map(({ asset }) => asset) }
}

/** Exposed by its own attributes alone, or together with one of its findings. */
const isExposed = (condition: Condition, attributes: Attributes, findings: readonly Attributes[]): boolean =>
  holdsOf(condition, { ...attributes, kind: 'none' }) || findings.some((finding) => holdsOf(condition, { ...attributes, ...finding }))

/** True when the condition holds; what is said of the other kind of finding, or of any finding where there is none, never does, negated or not. */
function holdsOf(condition: Condition, row: Attributes): boolean {
  const known = (part: Condition, negated: boolean): boolean => {
    if (part.op === 'not') return known(part.part, !negated)
    if (part.op !== 'field')
      return (part.op === 'all') !== negated
        ? part.parts.every((each) => known(each, negated))
        : part.parts.some((each) => known(each, negated))
    const dimension = part.field.split('.')[0]!
    if (row['kind'] === 'none' && dimension !== 'asset') return false
    if (['vulnerability', 'control'].includes(dimension) && dimension !== row['kind']) return false
    return evaluate(negated ? { op: 'not', part } : part, row, orders) === true
  }
  return known(condition, false)
}
