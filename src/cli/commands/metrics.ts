import { type CliCommand, jsonOption, momentOptions, orgOption } from '../command.ts'
import { moment, withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Metric {
  id: string
  title: string
  state: string
  exposed: number
  total: number
  exposure: number | null
  missing: string[]
}

export const command: CliCommand = {
  summary: 'the metrics, or the exposed assets of one',
  usage: '[id]',
  options: [orgOption, ...momentOptions, jsonOption],
  examples: ['plimsoll metrics', 'plimsoll metrics cloud-resources-with-critical-vulnerabilities'],
  async run(context) {
    const [id] = context.words
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
              metric.missing.length ? `needs ${metric.missing.join(', ')}` : '',
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
