import { unnamedCluster } from '../../../model/kubernetes-uid.ts'
import type { FileRecord } from '../../../model/record.ts'
import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { readCheck, timeOf, type Reading } from './objects.ts'

/**
 * A compliance report about the whole cluster: with each failed check (`reportType: all`) or, in `summary`, only how many failed per requirement.
 * Format: https://aquasecurity.github.io/trivy-operator/latest/docs/crds/clustercompliance-report/
 */
export function* readCompliance(object: Fields, at: string, reading: Reading): Generator<FileRecord> {
  const status = fieldsOf(object['status'])
  const detail = status['detailReport']
  const report = [detail, status['summaryReport']].find(isFields)
  if (!report) {
    yield { kind: 'skipped', at, reason: 'The compliance report has no results yet (neither status.detailReport nor status.summaryReport)' }
    return
  }
  const observed_at = timeOf(object, status)
  const asset = `compliance ${++reading.objects}`
  const id = textOf(report['id']) || textOf(fieldsOf(object['metadata'])['name']) || 'compliance'
  const framework = textOf(report['title']) || id
  yield { ...unnamedCluster(asset), ...(observed_at !== null && { observed_at }) }
  yield { kind: 'coverage', asset, subject: 'control', checks: `compliance ${id}` }
  if (report === detail) {
    for (const [index, one] of listOf(report['results']).entries()) {
      const result = fieldsOf(one)
      const requirement = textOf(result['id'])
      const place = `${at}.status.detailReport.results[${index}]`
      for (const [number, check] of listOf(result['checks']).entries()) {
        const target = textOf(fieldsOf(check)['target'])
        // Without an id the entry stands for a requirement that nothing violates, or that nothing looked at: manual ones are written so, too.
        if (isFields(check) && textOf(check['checkID']) === '') {
          yield* requirementOf(result, asset, id, framework, 'not_run', reading)
          continue
        }
        yield* readCheck(check, asset, target, `${place}.checks[${number}]`, reading, {
          severity: textOf(result['severity']),
          ...(requirement !== '' && { framework: { framework, requirement } }),
        })
      }
    }
    return
  }
  for (const one of listOf(report['controlCheck'])) {
    const result = fieldsOf(one)
    const failed = numberOf(result['totalFail'])
    yield* requirementOf(result, asset, id, framework, failed !== null && failed > 0 ? 'fail' : 'not_run', reading)
  }
}

/** A requirement as a control of its own: only its outcome is known. */
function* requirementOf(
  result: Fields,
  asset: string,
  id: string,
  framework: string,
  status: 'fail' | 'not_run',
  reading: Reading,
): Generator<FileRecord> {
  const requirement = textOf(result['id'])
  if (requirement === '') return
  const control_id = `trivy-operator:${id}-${requirement}`
  if (!reading.described.has(control_id)) {
    reading.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title: textOf(result['name']) || requirement,
      description: textOf(result['description']) || undefined,
      category: framework,
      product: 'Kubernetes',
      frameworks: [{ framework, requirement }],
    }
  }
  yield { kind: 'control_result', asset, control_id, status }
}
