import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, isFields, listOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { readEvaluation, type Evaluation, type Violation } from './evaluation.ts'

type Layout = 'engine' | 'list' | 'object'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members } = outline
  if (!outline.list) return members.has('evaluatedTag') && members.has('policyId') && members.has('evaluations') ? 'object' : null
  if (['finalAction', 'policyId', 'detail', 'digest'].every((name) => members.has(name))) return 'list'
  const [first] = members
  if (!first || !first[0].startsWith('sha256:') || typeof first[1] !== 'object') return null
  return /"policy_evaluation"|"last_evaluation"|"final_action"|"policies"\s*:/.test(text) ? 'engine' : null
}

/**
 * Evaluations of images by an Anchore policy: the API of Engine and Enterprise before 5, and anchorectl's `image check --detail`.
 * Formats: https://docs.anchore.com/current/docs/compliance_management/ and https://docs.anchore.com/current/docs/deployment/anchorectl/
 */
export const anchorePolicies: Importer = reads({
  id: 'anchore-policies',
  title: 'Anchore Enterprise and Engine, policy evaluations (JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected an Anchore policy evaluation: evaluatedTag with evaluations, or a list of evaluations with detail and finalAction',
      )
    yield { kind: 'report', source: 'anchore', tool: 'Anchore', tool_version: null, observed_at: null }
    const described = new Set<string>()
    let number = 0
    yield* readJson(bytes, [layout === 'object' ? '$' : '$[*]']).tell(function* (matches) {
      for (const { value, at } of matches) {
        for (const evaluation of evaluationsOf(layout, value, at)) yield* readEvaluation(evaluation, `image ${++number}`, described)
      }
    })
  },
})

function* evaluationsOf(layout: Layout, whole: unknown, at: string): Generator<Evaluation> {
  if (!isFields(whole)) return
  const place = at === '$' ? '' : `${at}.`
  if (layout === 'object') {
    for (const [index, one] of listOf(whole['evaluations']).entries()) {
      const evaluation = fieldsOf(one)
      yield {
        tag: textOf(whole['evaluatedTag']),
        digest: textOf(whole['imageDigest']),
        policy: textOf(whole['policyId']),
        time: textOf(evaluation['evaluationTime']),
        violations: fromList(listOf(evaluation['details']), `${place}evaluations[${index}].details`),
      }
    }
  } else if (layout === 'list') {
    yield {
      tag: textOf(whole['tag']),
      digest: textOf(whole['digest']),
      policy: textOf(whole['policyId']),
      time: textOf(whole['lastEvaluation']),
      violations: fromList(listOf(whole['detail']), `${place}detail`),
    }
  } else {
    for (const [digest, tags] of Object.entries(whole))
      for (const [tag, evaluations] of Object.entries(fieldsOf(tags)))
        for (const [index, one] of listOf(evaluations).entries()) {
          const evaluation = fieldsOf(one)
          const result = fieldsOf(fieldsOf(evaluation['detail'])['result'])
          const tables = Object.values(fieldsOf(result['result'])).map((image) => fieldsOf(fieldsOf(image)['result']))
          yield {
            tag: textOf(result['tag']) || tag,
            digest: textOf(result['image_digest']) || digest,
            policy: textOf(evaluation['policyId']),
            time: textOf(evaluation['last_evaluation']),
            violations: fromTables(tables, `${place}${tag}[${index}]`),
          }
        }
  }
}

function* fromList(list: unknown[], at: string): Generator<Violation> {
  for (const [index, item] of list.entries()) {
    const found = fieldsOf(item)
    yield {
      at: `${at}[${index}]`,
      gate: textOf(found['gate']),
      trigger: textOf(found['triggerName']),
      trigger_id: textOf(found['triggerId']),
      text: textOf(found['description']),
      allowed: found['allowed'] === true,
    }
  }
}

/** Tables with their header: `Image_Id, Repo_Tag, Trigger_Id, Gate, Trigger, Check_Output, Gate_Action, Whitelisted, Policy_Id`. */
function* fromTables(tables: Fields[], at: string): Generator<Violation> {
  for (const table of tables) {
    const header = listOf(table['header']).map((name) => textOf(name).toLowerCase())
    const [gate, trigger, trigger_id, text, allow] = ['gate', 'trigger', 'trigger_id', 'check_output', 'whitelisted'].map((name) =>
      header.indexOf(name),
    )
    for (const [index, row] of listOf(table['rows']).entries()) {
      const cells = listOf(row)
      const allowed = cells[allow!]
      yield {
        at: `${at}.rows[${index}]`,
        gate: textOf(cells[gate!]),
        trigger: textOf(cells[trigger!]),
        trigger_id: textOf(cells[trigger_id!]),
        text: textOf(cells[text!]),
        // false, or the entry of the allow list that lets it pass.
        allowed: allowed !== undefined && allowed !== false && allowed !== null && allowed !== '',
      }
    }
  }
}
