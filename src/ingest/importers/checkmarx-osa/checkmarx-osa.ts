import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { readJson } from '../../readers/json.ts'
import { Amount, maybe, Text } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'

const ASSET = 'project'
const MOST_LIBRARIES = 200_000

const Vulnerability = z.object({
  id: z.string().trim().min(1),
  libraryId: z.string().trim().min(1),
  cveName: Text,
  score: Amount,
  severity: maybe(z.object({ name: Text })),
  publishDate: Text,
  url: Text,
  description: Text,
  recommendations: Text,
  sourceFileName: Text,
  state: maybe(z.object({ name: Text })),
})
type Vulnerability = z.infer<typeof Vulnerability>

const Library = z.object({ id: z.string(), name: z.string().trim().min(1), version: Text })
type Library = z.infer<typeof Library>

/** Two answers of the API in one list: [[vulnerabilities], [libraries]]. */
const isReport = (text: string): boolean => {
  if (/^\s*\[\s*\[\s*\{/.test(text) && text.includes('"libraryId"') && text.includes('"cveName"')) return true
  return (
    /^\s*\[\s*(?:\[\s*\]\s*,\s*)?\[\s*\{/.test(text) &&
    text.includes('"highUniqueVulnerabilityCount"') &&
    text.includes('"confidenceLevel"')
  )
}

/** Vulnerabilities and libraries of Checkmarx OSA's API. Format: https://docs.checkmarx.com/en/34965-46746-using-the-cxosa--rest--apis.html */
export const checkmarxOsa: Importer = reads({
  id: 'checkmarx-osa',
  title: 'Checkmarx OSA (vulnerabilities and libraries of the API)',
  version: 1,
  detect: ({ text }: Head) => isReport(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!isReport(text))
      throw new UserError('unreadable_report', 'Expected a list of two lists: vulnerabilities with libraryId, and libraries')
    const libraries = new Map<string, Library>()
    // The libraries that they are in may stand behind them.
    const vulnerabilities = new Waiting<{ own: Vulnerability; at: string }>('Checkmarx OSA')
    yield { kind: 'report', source: 'checkmarx-osa', tool: 'Checkmarx OSA', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: ASSET, type: 'application', name: '', names: [] }
    yield* readJson(bytes, ['$[*][*]']).tell(function* (matches) {
      for (const { at, value } of matches) {
        const own = safeParse(Vulnerability, value)
        const library = own.success ? null : safeParse(Library, value).data
        if (own.success) vulnerabilities.add({ own: own.data, at })
        else if (library) libraries.set(library.id, library)
        else yield { kind: 'skipped', at, reason: z.prettifyError(own.error) }
        if (libraries.size > MOST_LIBRARIES)
          throw new UserError('unreadable_report', `The report of Checkmarx OSA holds more than ${MOST_LIBRARIES} libraries`)
      }
    })

    // The libraries tell what was looked at.
    if (libraries.size > 0) {
      yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
      yield { kind: 'coverage', asset: ASSET, subject: 'software' }
    }
    for (const { name, version } of libraries.values()) yield { kind: 'software', asset: ASSET, name, ...(version && { version }) }
    const described = new Set<string>()
    for (const { own, at } of vulnerabilities.take()) yield [...readVulnerability(own, libraries.get(own.libraryId), at, described)]
  },
})

function* readVulnerability(own: Vulnerability, library: Library | undefined, at: string, described: Set<string>): Generator<FileRecord> {
  const name = library?.name ?? own.sourceFileName ?? own.libraryId
  // "Proposed" is an opinion that nobody has decided on yet.
  if (own.state?.name === 'NOT_EXPLOITABLE') {
    yield { kind: 'skipped', at, reason: `${own.cveName ?? own.id} in ${name}: not exploitable, as set in the tool` }
    return
  }
  yield* packageFinding(
    {
      asset: ASSET,
      about: vulnerabilityIds([own.cveName], `checkmarx-osa:${own.cveName ?? own.id}`)!,
      description: own.description,
      severity: parseSeverity(own.severity?.name) ?? undefined,
      rating: bestRating([{ score: own.score }]),
      published_at: own.publishDate ? parseInstant(own.publishDate) : null,
      url: own.url,
      component: { name, version: library?.version },
      fixed_version: /^Upgrade to (?:version )?(\S{1,100}?)\.?$/i.exec(own.recommendations ?? '')?.[1],
      place: own.sourceFileName,
    },
    described,
  )
}
