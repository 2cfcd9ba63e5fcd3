import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { xmlRoot } from '../../readers/xml.ts'
import { readPosture } from './posture.ts'
import { readJUnit, readSummary } from './totals.ts'

type Layout = 'posture' | 'summary' | 'junit'

function layoutOf(head: string): Layout | null {
  if (xmlRoot(head) === 'testsuites') return /<testsuites\b[^>]*\bname="Kubescape Scanning"/.test(head) ? 'junit' : null
  const outline = jsonOutline(head)
  if (!outline || outline.list) return null
  const { members } = outline
  if (members.has('summaryDetails') || (members.has('clusterAPIServerInfo') && members.has('generationTime'))) return 'posture'
  return members.has('controls') && /"(?:scoreFactor|ResourceCounters)"\s*:/.test(head) && /"controlID"\s*:/.test(head) ? 'summary' : null
}

/**
 * Kubescape: the posture report (`--format json`, version 2 of the format), its summaryDetails alone, and JUnit. Formats:
 * https://kubescape.io/docs/scanning/ and https://pkg.go.dev/github.com/kubescape/opa-utils/reporthandling/v2
 */
export const kubescape: Importer = reads({
  id: 'kubescape',
  title: 'Kubescape (JSON, JUnit)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === 'posture') yield* readPosture(bytes)
    else if (layout === 'summary') yield* readSummary(bytes)
    else if (layout === 'junit') yield* readJUnit(bytes)
    else throw new UserError('unreadable_report', 'Expected Kubescape JSON with results and summaryDetails, or its JUnit file')
  },
})
