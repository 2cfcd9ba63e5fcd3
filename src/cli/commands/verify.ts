import { isWhole, type PublishedVerification, type Verification } from '../../store/verify.ts'
import { dayText } from '../../store/days.ts'
import { type CliCommand, jsonOption } from '../command.ts'
import { withConnection } from '../connect.ts'

/** Lines of broken things that are shown of each kind; --json shows all. */
const MOST = 20

type Found = Verification & { published: Omit<PublishedVerification, 'broken'> & { broken: { score: string; id: string; day: number }[] } }

export const command: CliCommand = {
  summary:
    'check that nobody changed the past: imports, facts and kept inputs against their digests, published numbers by computing them again',
  options: [{ flags: '--all', summary: 'unpack and compare every kept input, not only a sample' }, jsonOption],
  examples: ['plimsoll verify', 'plimsoll verify --all'],
  async run(context) {
    const found = await withConnection(context, (connection) =>
      connection.get<Found>('/verify', { inputs: context.options['all'] ? 'all' : 'sample' }),
    )
    if (context.options['json']) context.print(JSON.stringify(found))
    else for (const line of linesOf(found)) context.print(line)
    return isWhole(found) && found.published.broken.length === 0 ? 0 : 2
  },
}

function linesOf({ imports, broken, facts, inputs, published }: Found): string[] {
  const some = (lines: string[]) => (lines.length > MOST ? [...lines.slice(0, MOST), `  … and ${lines.length - MOST} more`] : lines)
  const without = facts.imports_without_digest
  return [
    broken.length ? `The chain is broken at import ${broken.join(', ')}.` : `All ${imports} imports fit their digests.`,
    facts.broken.length
      ? `${facts.checked} facts fit what their imports said; these do not:`
      : `All ${facts.checked} facts fit what their imports said.`,
    ...some(
      facts.broken.map((each) =>
        each.import_no === 0
          ? `  ${each.fact_table}: ${each.facts} rows have an end that no import stated`
          : `  import ${each.import_no}, ${each.fact_table}, ${each.part}: ${each.facts} rows are there, ${each.stated} were stated${each.facts === each.stated ? ', with other content' : ''}`,
      ),
    ),
    ...(without ? [`${without} imports are older than the digests of facts: what they said cannot be checked.`] : []),
    inputs.broken.length
      ? `Of ${inputs.kept} kept inputs these are not as they were:`
      : `All ${inputs.kept} kept inputs are there; ${inputs.checked} were unpacked and fit their digests.`,
    ...some(
      inputs.broken.map(
        (each) => `  import ${each.import_no}, inputs/${each.input_digest.slice(0, 2)}/${each.input_digest}.gz: ${each.state}`,
      ),
    ),
    published.broken.length
      ? `Of ${published.checked} published numbers these do not come out again:`
      : `${published.checked} published numbers were computed again and came out the same.`,
    ...some(published.broken.map(({ score, id, day }) => `  ${id === '' ? score : `${score} ${id}`} of ${dayText(day)}`)),
  ]
}
