import { UserError } from '../../errors.ts'
import { type CliCommand, type Context, jsonOption, orgOption, textOption } from '../command.ts'
import { type Connection, withConnection } from '../connect.ts'

interface Connector {
  title: string
  what: string
  needs: string[]
  state: string
  secret: string | null
  hosts: string[]
  settings: { tenant: string; client_id: string; cloud: string; schedule: string } | null
  last_run_at: string | null
  last_success_at: string | null
  next_run_at: string | null
  error: { message: string } | null
  warnings: string[]
  brought: { days: number; controls: number } | null
}

interface Run {
  state: 'imported' | 'unchanged' | 'failed' | 'stopped'
  imports: { import_no: number; unchanged: boolean; title: string }[]
  error: { code: string; message: string } | null
  warnings: string[]
}

function words(connector: Connector): string {
  const { settings } = connector
  if (!settings)
    return [`${connector.title}: not connected.`, connector.what, ...connector.needs.map((need, index) => `${index + 1}. ${need}`)].join(
      '\n',
    )
  return [
    `${connector.title}: ${connector.state.replaceAll('_', ' ')}`,
    `directory ${settings.tenant}, application ${settings.client_id}, secret from ${connector.secret}`,
    `asks ${connector.hosts.join(' and ') || 'nobody: the addresses of the custom cloud are not set'}`,
    `last run ${connector.last_run_at ?? 'never'}, last success ${connector.last_success_at ?? 'never'}, next run ${connector.next_run_at ?? 'only when asked'}`,
    ...(connector.brought ? [`brought ${connector.brought.days} days and ${connector.brought.controls} control profiles`] : []),
    ...(connector.error ? [`error: ${connector.error.message}`] : []),
    ...connector.warnings.map((warning) => `note: ${warning}`),
  ].join('\n')
}

/** The settings as given, completed by those that are there. */
async function settingsOf(context: Context, connection: Connection, org: string | undefined) {
  const { items } = await connection.get<{ items: { settings: Record<string, unknown> | null }[] }>('/connectors', { org })
  const env = textOption(context, 'secretEnv')
  const file = textOption(context, 'secretFile')
  const given = {
    tenant: textOption(context, 'tenant'),
    client_id: textOption(context, 'clientId'),
    secret: env !== undefined ? { env } : file !== undefined ? { file } : undefined,
    cloud: textOption(context, 'cloud'),
    schedule: textOption(context, 'schedule'),
  }
  if (Object.values(given).every((each) => each === undefined)) return null
  return { ...items[0]!.settings, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
}

export const command: CliCommand = {
  summary: 'fetch the secure score from Microsoft Graph',
  usage: '<connector> [verb]',
  options: [
    orgOption,
    { flags: '--tenant <id>', summary: 'directory (tenant) id' },
    { flags: '--client-id <id>', summary: 'application (client) id' },
    { flags: '--secret-env <name>', summary: 'environment variable of the server that holds the client secret: PLIMSOLL_SECRET_…' },
    { flags: '--secret-file <name>', summary: 'file in the folder secrets of the data folder that holds it' },
    { flags: '--cloud <name>', summary: 'global, us_government, us_defense, china, or custom (PLIMSOLL_LOGIN_URL and PLIMSOLL_GRAPH_URL)' },
    { flags: '--schedule <how>', summary: 'daily: the server fetches once a day; off: only when asked' },
    jsonOption,
  ],
  examples: [
    'plimsoll connect microsoft-graph',
    'plimsoll connect microsoft-graph --tenant 3f0c7c1e-0000-4000-8000-000000000001 --client-id 3f0c7c1e-0000-4000-8000-000000000002 --secret-env PLIMSOLL_SECRET_GRAPH',
    'plimsoll connect microsoft-graph run',
    'plimsoll connect microsoft-graph remove',
  ],
  async run(context) {
    const [name, verb = 'status'] = context.words
    if (name !== 'microsoft-graph' || !['status', 'run', 'remove'].includes(verb))
      throw new UserError(
        'unknown_command',
        'expected: plimsoll connect microsoft-graph, with options to connect, or followed by run or remove',
      )
    const json = context.options['json'] === true
    const org = textOption(context, 'org')
    return withConnection(context, async (connection) => {
      if (verb === 'remove') {
        await connection.send('DELETE', `/connectors/${name}`, { query: { org } })
        context.print(json ? JSON.stringify({ removed: name }) : 'Disconnected. What was fetched stays.')
        return 0
      }
      const settings = await settingsOf(context, connection, org)
      if (settings) await connection.send('PUT', `/connectors/${name}`, { query: { org }, json: settings })
      if (verb === 'run') {
        const run = await connection.send<Run>('POST', `/connectors/${name}/run`, { query: { org } })
        if (json) context.print(JSON.stringify(run))
        else {
          if (run.error) throw new UserError(run.error.code, run.error.message)
          for (const warning of run.warnings) context.tell(warning)
          context.print(
            run.state === 'imported'
              ? run.imports.map(({ import_no, title }) => `import ${import_no}: ${title}`).join('\n')
              : 'Nothing new.',
          )
        }
        return run.error ? 2 : 0
      }
      const { items } = await connection.get<{ items: Connector[] }>('/connectors', { org })
      context.print(json ? JSON.stringify(items[0]) : words(items[0]!))
      return 0
    })
  },
}
