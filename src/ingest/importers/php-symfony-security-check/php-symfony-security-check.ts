import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Text } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const ASSET = 'target'

const Package = z.object({ version: Text, advisories: z.array(z.unknown()) })
const Advisory = z.object({ title: Text, link: Text, cve: Text })

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const [first] = outline?.list === false ? outline.members : []
  if (!first || !/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(first[0]) || typeof first[1] !== 'object' || first[1] === null) return false
  const members = first[1].text.startsWith('{') ? jsonOutline(first[1].text)?.members : undefined
  const advisories = members?.get('advisories')
  return (
    typeof members?.get('version') === 'string' && typeof advisories === 'object' && advisories !== null && advisories.text.startsWith('[')
  )
}

/** The JSON of `symfony security:check` and local-php-security-checker. Format: https://github.com/fabpot/local-php-security-checker */
export const phpSymfonySecurityCheck: Importer = reads({
  id: 'php-symfony-security-check',
  title: 'Symfony security check / local-php-security-checker (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    // Without findings the tool writes an empty object or list.
    if (!/^\s*(?:\{|\[\s*\])/.test(text))
      throw new UserError('unreadable_report', 'Expected an object of packages with version and advisories')
    yield { kind: 'report', source: 'php-symfony-security-check', tool: 'Symfony security check', tool_version: null, observed_at: null }
    yield codeAsset(ASSET)
    yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
    const described = new Set<string>()
    yield* readJson(bytes, ['$.*']).tell(function* (matches) {
      for (const { at, value } of matches) {
        const read = safeParse(Package, value)
        if (!read.success) yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
        else yield* readPackage(/^\["?(.*?)"?\]$/.exec(at)?.[1] ?? at, read.data, at, described)
      }
    })
  },
})

function* readPackage(
  name: string,
  { version, advisories }: z.infer<typeof Package>,
  at: string,
  described: Set<string>,
): Generator<FileRecord> {
  for (const [index, one] of advisories.entries()) {
    const advisory = safeParse(Advisory, one).data
    const own = advisory?.link ?? advisory?.title
    const about = vulnerabilityIds([advisory?.cve], own ? `php-symfony-security-check:${own.slice(0, 150)}` : null)
    if (!advisory || !about)
      yield { kind: 'skipped', at: `${at}.advisories[${index}]`, reason: 'Expected an advisory with cve, link or title' }
    else
      yield* packageFinding(
        { asset: ASSET, about, title: advisory.title, url: advisory.link, component: { name, version, type: 'composer' } },
        described,
      )
  }
}
