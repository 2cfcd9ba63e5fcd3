import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import { packageName } from '../../../model/package-url.ts'
import type { FileRecord } from '../../../model/record.ts'
import { severityOfCvss } from '../../../model/severity.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Amount, Text } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const ASSET = 'target'

const Audited = z.object({
  Package: z.object({ pm: Text, group: Text, name: z.string().trim().min(1), version: Text }),
  Vulnerabilities: z.array(z.unknown()).nullish(),
})

const Vulnerability = z.object({
  id: z.string().trim().min(1),
  title: Text,
  description: Text,
  cvssScore: Amount,
  cvssVector: Text,
  cve: Text,
  reference: Text,
})

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  return (
    outline !== null &&
    !outline.list &&
    ['Packages Audited', 'Vulnerabilities Found', 'Packages'].every((name) => outline.members.has(name))
  )
}

/** DevAudit's JSON with vulnerabilities of OSS Index. Format: https://github.com/sonatype-nexus-community/DevAudit */
export const ossindexDevaudit: Importer = reads({
  id: 'ossindex-devaudit',
  title: 'DevAudit with OSS Index (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!detect({ name: file.name, text }))
      throw new UserError('unreadable_report', 'Expected DevAudit’s JSON with "Packages Audited" and "Packages"')
    yield { kind: 'report', source: 'ossindex-devaudit', tool: 'DevAudit', tool_version: null, observed_at: null }
    yield codeAsset(ASSET)
    // A run that audited nothing looked for nothing.
    if (Number(jsonOutline(text)?.members.get('Packages Audited')) > 0) yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
    const described = new Set<string>()
    yield* readJson(bytes, ['$.Packages[*]']).tell(function* (matches) {
      for (const { at, value } of matches) yield* readPackage(value, at, described)
    })
  },
})

/** The tool writes None for nothing. */
const there = (text: string | undefined): string | undefined => (text === 'None' ? undefined : text)

function* readPackage(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const read = safeParse(Audited, value)
  if (!read.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
    return
  }
  const { Package: own, Vulnerabilities } = read.data
  for (const [index, one] of (Vulnerabilities ?? []).entries()) {
    const vulnerability = safeParse(Vulnerability, one)
    if (!vulnerability.success) {
      yield { kind: 'skipped', at: `${at}.Vulnerabilities[${index}]`, reason: z.prettifyError(vulnerability.error) }
      continue
    }
    const { id, title, description, cvssScore, cvssVector, cve, reference } = vulnerability.data
    const rating = bestRating([{ score: cvssScore, vector: cvssVector }])
    yield* packageFinding(
      {
        asset: ASSET,
        about: vulnerabilityIds([id, cve, /^\[?(CVE-\d{4}-\d{4,10})\b/i.exec(title ?? '')?.[1]], `ossindex:${id}`)!,
        title,
        description,
        severity: rating ? severityOfCvss(rating.cvss) : undefined,
        rating,
        url: reference,
        component: {
          name: packageName(there(own.group), own.name, own.pm),
          version: there(own.version),
          type: there(own.pm)?.toLowerCase(),
        },
      },
      described,
    )
  }
}
