import { unnamedCluster } from '../../../model/kubernetes-uid.ts'
import type { FileRecord } from '../../../model/record.ts'
import { asFields, asList, asNumber, asText } from '../../readers/fields.ts'
import { readCheck, timeOf, type Fields, type Reading } from './objects.ts'

/**
 * A compliance report about the whole cluster: with each failed check (`reportType: all`) or, in `summary`, only how many failed per requirement.
 * Format: https://aquasecurity.github.io/trivy-operator/latest/docs/crds/clustercompliance-report/
 */
export function* readCompliance(object: Fields, at: string, reading: Reading): Generator<FileRecord> {
  const status = asFields(object['status'])
  const detail = asFields(status?.['detailReport'])
  const summary = asFields(status?.['summaryReport'])
  const report = detail ?? summary
  if (!status || !report) {
    yield { kind: 'skipped', at, reason: 'The compliance report has no results yet (neither status.detailReport nor status.summaryReport)' }
    return
  }
  const observed_at = timeOf(object, status)
  const asset = `compliance ${++reading.objects}`
  const id = asText(report['id']) ?? asText(asFields(object['metadata'])?.['name']) ?? 'compliance'
  const framework = asText(report['title']) ?? id
  yield { ...unnamedCluster(asset), ...(observed_at !== null && { observed_at }) }
  yield { kind: 'coverage', asset, subject: 'control', checks: `compliance ${id}` }
  if (detail) {
    for (const [index, one] of asList(detail['results']).entries()) {
      const result = asFields(one)
      const requirement = asText(result?.['id'])
      const place = `${at}.status.detailReport.results[${index}]`
      for (const [number, check] of asList(result?.['checks']).entries()) {
        const fields = asFields(check)
        const target = asText(fields?.['target']) ?? ''
        // Without an id the entry stands for a requirement that nothing violates, or that nothing looked at: manual ones are written so, too.
        if (fields && asText(fields['checkID']) === undefined) {
          yield* requirementOf(result, asset, id, framework, 'not_run', reading)
          continue
        }
        yield* readCheck(check, asset, target, `${place}.checks[${number}]`, reading, {
          severity: asText(result?.['severity']),
          ...(requirement !== undefined && { framework: { framework, requirement } }),
        })
      }
    }
    return
  }
  for (const one of asList(report['controlCheck'])) {
    const result = asFields(one)
    const failed = asNumber(result?.['totalFail'])
    yield* requirementOf(result, asset, id, framework, failed !== undefined && failed > 0 ? 'fail' : 'not_run', reading)
  }
}

/** A requirement as a control of its own: only its outcome is known. */
function* requirementOf(
  result: Fields | null,
  asset: string,
  id: string,
  framework: string,
  status: 'fail' | 'not_run',
  reading: Reading,
): Generator<FileRecord> {
  const requirement = asText(result?.['id'])
  if (!result || requirement === undefined) return
  const control_id = `trivy-operator:${id}-${requirement}`
  if (!reading.described.has(control_id)) {
    reading.described.add(control_id)
    yield {
      kind: 'control',
      control_id,
      title: asText(result['name']) ?? requirement,
      description: asText(result['description']),
      category: framework,
      product: 'Kubernetes',
      frameworks: [{ framework, requirement }],
    }
  }
  yield { kind: 'control_result', asset, control_id, status }
}
