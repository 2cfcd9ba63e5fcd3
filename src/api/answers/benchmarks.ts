import type { z } from 'zod'
import { comparisonLines, INSTALLATION, readComparisons, readEntered, readSharing } from '../../insights/benchmarks.ts'
import { DAY_US } from '../../model/time.ts'
import { dayText } from '../../store/days.ts'
import type { Asked } from '../asked.ts'
import type { BenchmarkLine, Benchmarks } from '../shapes/benchmarks.ts'

const bases: Record<string, string> = {
  AllTenants: 'All organisations',
  TotalSeats: 'Organisations of similar size',
  IndustryTypes: 'Same industry',
  Installation: 'Organisations of this installation',
}
const sources: Record<string, string> = { 'microsoft-secure-score': 'Microsoft', [INSTALLATION]: 'this installation' }

/** Whom an average is about, in words: "Organisations of similar size (1–100 seats)". */
function basisWords({ basis, audience }: Pick<z.infer<typeof BenchmarkLine>, 'basis' | 'audience'>): string {
  const { seats_from, seats_to, industry } = audience
  const about = [
    seats_from !== undefined && seats_to !== undefined ? `${seats_from}–${seats_to} seats` : null,
    industry === undefined ? null : industry,
  ].filter((each) => each !== null)
  return `${bases[basis] ?? basis}${about.length ? ` (${about.join(', ')})` : ''}`
}

/** Comparison values of an organisation over a range of days, as they are known now. */
export async function answerBenchmarks(
  { store, scope }: Asked,
  { from, to }: { from: number; to: number },
): Promise<z.infer<typeof Benchmarks>> {
  const [facts, entered, sharing] = await Promise.all([
    readComparisons(store.engine, scope.org_id, from * DAY_US, (to + 1) * DAY_US),
    readEntered(store.engine, scope.org_id),
    readSharing(store.engine, scope.org_id),
  ])
  return {
    from: dayText(from),
    to: dayText(to),
    items: comparisonLines(facts, from, to).map((line) => ({
      ...line,
      source_title: sources[line.source] ?? line.source,
      basis_title: basisWords(line),
    })),
    entered,
    sharing,
  }
}
