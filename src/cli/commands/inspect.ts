import { inspectFile } from '../../ingest/ingest.ts'
import { type CliCommand, jsonOption, textOption } from '../command.ts'

export const command: CliCommand = {
  summary: 'say what files are and what they hold, without writing anything',
  usage: '<file...>',
  options: [
    { flags: '--format <id>', summary: 'do not guess the format' },
    { ...jsonOption, summary: 'print one line of JSON per file' },
  ],
  examples: ['plimsoll inspect trivy.json', 'plimsoll inspect --json reports/*'],
  async run(context) {
    let refused = false
    const format = textOption(context, 'format')
    for (const file of context.words) {
      const inspection = await inspectFile(file, format === undefined ? {} : { format })
      refused ||= inspection.error !== null
      if (context.options['json']) context.print(JSON.stringify(inspection))
      else if (inspection.error) context.print(`✗ ${file}: ${inspection.error.message}`)
      else {
        const { tool, tool_version, observed_at, assets, findings, vulnerabilities, controls, results, software, statements, skipped } =
          inspection
        context.print(
          `✓ ${file}: ${inspection.format}${tool ? `, ${tool}${tool_version ? ` ${tool_version}` : ''}` : ''}, observed ${observed_at ?? 'at a time that it does not say'}`,
        )
        context.print(
          `  ${assets} assets, ${findings} findings, ${vulnerabilities} vulnerabilities, ${controls} controls, ${results} results, ${software} software, ${statements ? `${statements} statements, ` : ''}${skipped} skipped`,
        )
      }
    }
    return refused ? 2 : 0
  },
}
