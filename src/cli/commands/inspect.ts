import { inspectFile, type Inspection } from '../../ingest/ingest.ts'
import { type CliCommand, jsonOption, textOption } from '../command.ts'
import { counted } from '../counted.ts'
import { refusalLine, reportsOf } from '../reports.ts'

/** Of a path under which there is nothing to look at. */
const noInspection: Inspection = {
  file: '',
  format: null,
  tool: null,
  tool_version: null,
  observed_at: null,
  assets: 0,
  findings: 0,
  vulnerabilities: 0,
  controls: 0,
  results: 0,
  software: 0,
  statements: 0,
  skipped: 0,
  closed_items: 0,
  error: null,
}

export const command: CliCommand = {
  summary: 'say what files are and what they hold, without writing anything',
  usage: '<path...>',
  options: [
    { flags: '--format <id>', summary: 'do not guess the format' },
    { flags: '--name <file>', summary: 'file name of what comes on standard input' },
    { ...jsonOption, summary: 'print one line of JSON per file' },
  ],
  examples: ['plimsoll inspect trivy.json', 'plimsoll inspect --json reports/'],
  async run(context) {
    let refused = false
    const format = textOption(context, 'format')
    let files = 0
    let unreadable = 0
    for await (const found of reportsOf(context.words, { format, name: textOption(context, 'name') })) {
      const file = found.place
      const inspection =
        'error' in found
          ? { ...noInspection, error: found.error }
          : await inspectFile(found.path, { name: found.name, ...(format === undefined ? {} : { format }) })
      inspection.file = file
      files++
      if (inspection.error) unreadable++
      refused ||= inspection.error !== null
      if (context.options['json']) context.print(JSON.stringify(inspection))
      else if (inspection.error) context.print(refusalLine(file, inspection.error.message))
      else {
        const {
          tool,
          tool_version,
          observed_at,
          assets,
          findings,
          vulnerabilities,
          controls,
          results,
          software,
          statements,
          skipped,
          closed_items,
        } = inspection
        context.print(
          `✓ ${file}: ${inspection.format}${tool ? `, ${tool}${tool_version ? ` ${tool_version}` : ''}` : ''}, observed ${observed_at ?? 'at a time that it does not say'}`,
        )
        context.print(
          `  ${counted(assets, 'asset')}, ${counted(findings, 'finding')}, ${counted(vulnerabilities, 'vulnerability', 'vulnerabilities')}, ${counted(controls, 'control')}, ${counted(results, 'result')}, ${software} software, ${statements ? `${counted(statements, 'statement')}, ` : ''}${closed_items ? `${closed_items} stated as closed, ` : ''}${skipped} skipped`,
        )
      }
    }
    if (files > 1) context.tell(`${files} files: ${files - unreadable} can be read, ${unreadable} not`)
    return refused ? 2 : 0
  },
}
