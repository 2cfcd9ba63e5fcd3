import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type JsonOutline, jsonOutline } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { readApiIssues } from './api-issues.ts'
import { readTestResults } from './test-results.ts'

/** Members that the results of a test have beside its items; some come behind items that are larger than what is looked at. */
const OWN = ['dependencyCount', 'uniqueCount', 'filesystemPolicy', 'licensesPolicy', 'numDependencies', 'ignoreSettings']
const ITEM = ['packageName', 'identifiers', 'semver', 'upgradePath', 'isPatchable']

function isTest(members: JsonOutline['members']): boolean {
  const items = members.get('vulnerabilities')
  if (typeof items !== 'object' || items === null) return false
  if (OWN.filter((name) => members.has(name)).length >= 2) return true
  const first = jsonOutline(items.text)
  return first !== null && first.list && first.members.has('id') && ITEM.filter((name) => first.members.has(name)).length >= 3
}

function layoutOf(text: string): 'test' | 'tests' | 'issues' | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  if (isTest(outline.members)) return outline.list ? 'tests' : 'test'
  const data = outline.members.get('data')
  const isIssue = typeof data === 'object' && data !== null && jsonOutline(data.text)?.members.get('type') === 'issue'
  return isIssue && outline.members.has('jsonapi') && text.includes('"effective_severity_level"') ? 'issues' : null
}

/**
 * Snyk: the JSON of `snyk test`, `snyk container test` and `snyk iac test`, and the issues of its REST API. `snyk code test --json` writes SARIF.
 * https://docs.snyk.io/developer-tools/snyk-cli/commands/test
 */
export const snyk: Importer = reads({
  id: 'snyk',
  title: 'Snyk (CLI JSON, REST API issues)',
  version: 2,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (/^\s*\{[^[]*"data"\s*:\s*\[\s*\]\s*\}\s*$/.test(text) ? 'issues' : null)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected results of Snyk: "vulnerabilities" with "licensesPolicy", or issues of its REST API',
      )
    yield* layout === 'issues' ? readApiIssues(bytes) : readTestResults(bytes, layout === 'tests')
  },
})
