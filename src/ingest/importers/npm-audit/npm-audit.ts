import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { readNpmAdvisory } from '../../readers/npm-advisory.ts'
import { peek } from '../../readers/peek.ts'
import { Entries } from './entries.ts'

const ASSET = 'target'

type Layout = 'advisories' | 'entries'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline || outline.list) return null
  const { members } = outline
  const isObject = (name: string) => {
    const member = members.get(name)
    return typeof member === 'object' && member !== null && member.text.startsWith('{')
  }
  if (typeof members.get('auditReportVersion') === 'number' && isObject('vulnerabilities')) return 'entries'
  if (members.has('actions') && isObject('advisories')) return 'advisories'
  return null
}

/** `npm audit --json`, and the same form from Yarn 2 and 3. Format: https://docs.npmjs.com/cli/commands/npm-audit */
export const npmAudit: Importer = reads({
  id: 'npm-audit',
  title: 'npm audit (JSON of npm 6 and of 7 and later)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected npm audit’s JSON: "auditReportVersion" with "vulnerabilities", or "actions" with "advisories"',
      )
    yield { kind: 'report', source: 'npm-audit', tool: 'npm audit', tool_version: null, observed_at: null }
    yield codeAsset(ASSET)
    yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
    const described = new Set<string>()
    if (layout === 'advisories') {
      yield* readJson(bytes, ['$.advisories.*']).tell(function* (matches) {
        for (const { at, value } of matches) yield* readNpmAdvisory(value, at, ASSET, described)
      })

      return
    }
    const entries = new Entries()
    yield* readJson(bytes, ['$.vulnerabilities.*']).tell(function* (matches) {
      for (const { at, value } of matches) {
        const skipped = entries.add(value, at)
        if (skipped) yield skipped
      }
    })

    yield entries.records(ASSET, described)
  },
})
