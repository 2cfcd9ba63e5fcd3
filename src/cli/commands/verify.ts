import { type CliCommand, jsonOption } from '../command.ts'
import { withConnection } from '../connect.ts'

export const command: CliCommand = {
  summary: 'check that nobody changed the past: every import against its digest and the one before',
  options: [jsonOption],
  examples: ['plimsoll verify'],
  async run(context) {
    const answer = await withConnection(context, (connection) => connection.get<{ imports: number; broken: number[] }>('/verify'))
    if (context.options['json']) context.print(JSON.stringify(answer))
    else
      context.print(
        answer.broken.length
          ? `The chain is broken at import ${answer.broken.join(', ')}.`
          : `All ${answer.imports} imports fit their digests.`,
      )
    return answer.broken.length ? 2 : 0
  },
}
