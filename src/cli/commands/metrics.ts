import { type CliCommand, jsonOption, momentOptions, orgOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { changeDefinition, definitionOptions, isVerb, readWords, setOf } from '../programme.ts'
import { table } from '../table.ts'

interface Metric {
  id: string
  title: string
  state: string
  exposed: number
  total: number
  exposure: number | null
  no_data: string | null
}

export const command: CliCommand = {
  summary: 'the metrics, the exposed assets of one, and metrics of your own',
  usage: '[verb] [words...]',
  options: [
    ...definitionOptions,
    { flags: '--initiative <id>', summary: 'weight: in this initiative only' },
    { flags: '--may-be-empty', summary: 'add: also when its population never held an asset' },
    orgOption,
    ...momentOptions,
    jsonOption,
  ],
  examples: [
    'plimsoll metrics',
    'plimsoll metrics cloud-resources-with-critical-vulnerabilities',
    'plimsoll metrics try old-servers.yaml',
    'plimsoll metrics lint old-servers.yaml',
    'plimsoll metrics add old-servers.yaml --reason "Agreed with operations"',
    'plimsoll metrics archive old-servers --reason "All replaced"',
    'plimsoll metrics weight old-servers high --initiative endpoint-security',
    'plimsoll metrics state old-servers mitigated_elsewhere --reason "Isolated network"',
  ],
  async run(context) {
    const [id] = context.words
    if (isVerb(id)) return changeDefinition(context, 'metric')
    if (id === 'weight' || id === 'state') {
      const [of, value] = readWords(
        context,
        `plimsoll metrics ${id} <id> <${id === 'weight' ? 'high, medium, low, accepted' : 'mitigated_elsewhere, mitigated'} or reset>`,
      )
      return setOf(context, `/metrics/${encodeURIComponent(of)}/${id}`, value, id)
    }
    await withConnection(context, async (connection) => {
      if (id === undefined) {
        const { items } = await connection.get<{ items: Metric[] }>('/metrics', moment(context))
        if (context.options['json']) return context.print(JSON.stringify(items, null, 2))
        return context.print(
          table(
            ['metric', 'exposed', 'share', ''],
            items.map((metric) => [
              metric.id,
              `${metric.exposed} of ${metric.total}`,
              metric.exposure === null ? null : `${(metric.exposure * 100).toFixed(1)} %`,
              metric.no_data ?? '',
            ]),
          ),
        )
      }
      const { items } = await connection.get<{
        items: { name: string; criticality: string | null; reason: string; since: string | null }[]
      }>(`/metrics/${encodeURIComponent(id)}/assets`, { ...moment(context), limit: 1000 })
      if (context.options['json']) return context.print(JSON.stringify(items, null, 2))
      return context.print(
        items.length
          ? table(
              ['asset', 'criticality', 'since', 'why'],
              items.map((asset) => [asset.name, asset.criticality, asset.since, asset.reason]),
            )
          : 'No asset is exposed.',
      )
    })
  },
}
