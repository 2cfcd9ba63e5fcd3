import { type CliCommand, jsonOption, momentOptions, orgOption, textOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Makeup {
  shown: number | null
  decimals: number
  without_fix: { shown: number; findings: number }
  divisions: {
    dimension: string
    rows: { name: string; shown: number; assets: number; findings: number }[]
    more: number
    more_shown: number
  }[]
}

const titles: Record<string, string> = {
  asset: 'asset',
  software: 'software',
  finding: 'vulnerability or check',
  stage: 'exploit stage',
  severity: 'severity',
  fix: 'fix',
}

export const command: CliCommand = {
  summary: 'what makes up the exposure score: parts that add up',
  options: [
    { flags: '--group <group>', summary: 'only assets of this asset group' },
    { flags: '--limit <n>', summary: 'rows of each division; default 5' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: ['plimsoll makeup', 'plimsoll makeup --as-of 2026-03-01 --json'],
  async run(context) {
    await withConnection(context, async (connection) => {
      const answer = await connection.get<Makeup>('/scores/exposure/makeup', {
        ...moment(context),
        group: textOption(context, 'group'),
        limit: textOption(context, 'limit') ?? 5,
      })
      if (context.options['json']) return context.print(JSON.stringify(answer, null, 2))
      const { shown, decimals, without_fix, divisions } = answer
      if (shown === null) return context.print('Nothing to score.')
      const points = (value: number) => value.toFixed(decimals)
      context.print(`Exposure score ${points(shown)} (lower is better), of which ${points(without_fix.shown)} without a known fix\n`)
      for (const { dimension, rows, more, more_shown } of divisions)
        context.print(
          `${table(
            [titles[dimension] ?? dimension, 'points', 'assets', 'findings'],
            [
              ...rows.map((row) => [row.name || 'not stated', points(row.shown), row.assets, row.findings]),
              ...(more > 0 ? [[`${more} others`, points(more_shown), '', '']] : []),
              ['= the score', points(shown), '', ''],
            ],
          )}\n`,
        )
    })
  },
}
