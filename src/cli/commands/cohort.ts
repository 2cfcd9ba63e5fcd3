import { type CliCommand, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Cohort {
  from: string
  to: string
  findings: number
  severities: { severity: string | null; findings: number; fates: { fate: string; findings: number }[] }[]
  fates: { fate: string; findings: number }[]
}

export const command: CliCommand = {
  summary: 'what became of the findings that were open on a day',
  options: [
    { flags: '--from <day>', summary: 'the day; default 90 days before' },
    { flags: '--group <group>', summary: 'only assets of this asset group' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: ['plimsoll cohort --from 2026-05-01'],
  async run(context) {
    await withConnection(context, async (connection) => {
      const answer = await connection.get<Cohort>('/findings/cohort', {
        ...moment(context),
        from: textOption(context, 'from'),
        group: textOption(context, 'group'),
      })
      if (context.options['json']) return context.print(JSON.stringify(answer, null, 2))
      context.print(`Of ${answer.findings} findings that were open at the end of ${answer.from}, at the end of ${answer.to}:\n`)
      const counts = (fates: Cohort['fates']) => fates.map(({ findings }) => findings)
      context.print(
        table(
          ['severity', 'findings', 'open', 'excepted', 'asset left', 'closed'],
          [
            ...answer.severities.map((row) => [row.severity ?? 'not stated', row.findings, ...counts(row.fates)]),
            ['= all', answer.findings, ...counts(answer.fates)],
          ],
        ),
      )
    })
  },
}
