import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { severityOfCvss } from '../../../model/severity.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Amount, listOf, maybe, Text } from '../../readers/lenient.ts'
import { osvFacts, osvFixes, osvIds, OsvRecord } from '../../readers/osv.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'

const ASSET = 'target'

const Result = z.object({
  source: maybe(z.object({ path: Text, type: Text })),
  packages: z
    .array(
      z.object({
        package: z.object({ name: Text, version: Text, ecosystem: Text, commit: Text }),
        vulnerabilities: z.array(z.unknown()).nullish(),
        /** `max_severity` is the CVSS score of the gravest of `ids`, as text. */
        groups: listOf(z.object({ ids: listOf(z.string()), max_severity: Amount })),
      }),
    )
    .nullish(),
})
type Result = z.infer<typeof Result>
type Package = NonNullable<Result['packages']>[number]

const Image = z.object({ os: Text })

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const results = outline?.members.get('results')
  if (!outline || outline.list || typeof results !== 'object' || results === null) return false
  if (outline.members.has('experimental_config')) return true
  const first = jsonOutline(results.text)
  if (!first?.list) return false
  const packages = first.members.get('packages')
  const source = first.members.get('source')
  return typeof source === 'object' && source !== null && typeof packages === 'object' && packages !== null && packages.text.startsWith('[')
}

/** OSV-Scanner's JSON. Format: https://google.github.io/osv-scanner/output/ */
export const osvScanner: Importer = reads({
  id: 'osv-scanner',
  title: 'OSV-Scanner (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    // A run without findings once wrote nothing at all.
    if (text.trim() !== '' && !jsonOutline(text)?.members.has('results'))
      throw new UserError('unreadable_report', 'Expected OSV-Scanner JSON: an object with "results"')
    let asset: AssetRecord = codeAsset(ASSET)
    const waiting = new Waiting('OSV-Scanner')
    const described = new Set<string>()
    for await (const matches of readJson(bytes, ['$.results[*]', '$.image_metadata']).batches)
      for (const { path, at, value } of matches) {
        const result = safeParse(Result, value)
        if (path === '$.image_metadata') asset = describeImage(value)
        else if (!result.success) waiting.add({ kind: 'skipped', at, reason: z.prettifyError(result.error) })
        else
          for (const [index, each] of (result.data.packages ?? []).entries())
            waiting.addAll(readPackage(each, result.data, `${at}.packages[${index}]`, described))
      }
    yield { kind: 'report', source: 'osv-scanner', tool: 'OSV-Scanner', tool_version: null, observed_at: null }
    yield asset
    yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
    yield waiting.take()
  },
})

/** The report says what the image is made of, not what it is called. */
function describeImage(value: unknown): AssetRecord {
  const os = safeParse(Image, value).data?.os
  return {
    kind: 'asset',
    asset: ASSET,
    type: 'image',
    name: '',
    names: [],
    ...(os && { attributes: { os, os_family: parseOsFamily(os) ?? 'linux' } }),
  }
}

function* readPackage(
  { package: own, vulnerabilities, groups }: Package,
  result: Result,
  at: string,
  described: Set<string>,
): Generator<FileRecord> {
  const name = own.name ?? (own.commit ? `commit ${own.commit}` : undefined)
  const type = own.ecosystem?.split(':')[0]!.toLowerCase()
  for (const [index, value] of (vulnerabilities ?? []).entries()) {
    const record = safeParse(OsvRecord, value)
    const about = record.success ? vulnerabilityIds(osvIds(record.data), record.data.id) : null
    if (!record.success || !about) {
      yield { kind: 'skipped', at: `${at}.vulnerabilities[${index}]`, reason: record.error ? z.prettifyError(record.error) : 'no id' }
      continue
    }
    const facts = osvFacts(record.data)
    const most = groups.find(({ ids }) => ids.includes(record.data.id))?.max_severity
    yield* packageFinding(
      {
        asset: ASSET,
        about,
        ...facts,
        severity: facts.severity ?? (most !== undefined && most > 0 && most <= 10 ? severityOfCvss(most) : undefined),
        component: { name: name ?? result.source?.path ?? 'unnamed', version: own.version, type },
        fixed_version: own.name ? osvFixes(record.data, own.name, own.ecosystem) : undefined,
        place: result.source?.path,
      },
      described,
    )
  }
}
