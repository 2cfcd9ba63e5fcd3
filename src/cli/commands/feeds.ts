import { UserError } from '../../errors.ts'
import { type CliCommand, jsonOption } from '../command.ts'
import { importFiles } from './import.ts'

export const command: CliCommand = {
  summary: 'import public intelligence: KEV, EPSS, CVE records, Exploit-DB, Metasploit, end-of-life dates',
  usage: '<import> <file...>',
  options: [
    { flags: '--observed-at <time>', summary: 'when the feed was fetched, for feeds that do not say' },
    { flags: '--format <id>', summary: 'do not guess the feed' },
    jsonOption,
  ],
  examples: ['plimsoll feeds import known_exploited_vulnerabilities.json epss_scores-2026-08-08.csv.gz'],
  async run(context) {
    const [verb, ...files] = context.words
    if (verb !== 'import') throw new UserError('unknown_command', `plimsoll feeds ${verb}: expected plimsoll feeds import <file...>`)
    return importFiles({ ...context, words: files }, 'feed')
  },
}
