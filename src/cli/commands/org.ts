import { UserError } from '../../errors.ts'
import { type CliCommand, jsonOption, textOption } from '../command.ts'
import { withConnection } from '../connect.ts'
import { table } from '../table.ts'

interface Organisation {
  slug: string
  name: string
  zone: string
  demo: boolean
  tenants: string[]
  assets: number
}

export const command: CliCommand = {
  summary: 'list, add and remove organisations',
  usage: '[verb] [name]',
  options: [
    { flags: '--zone <zone>', summary: 'time zone that cuts its days, as Europe/Berlin; default: this machine’s' },
    { flags: '--yes', summary: 'really remove, with all that is known about it' },
    jsonOption,
  ],
  examples: ['plimsoll org', 'plimsoll org add "Harbour Authority" --zone Europe/Berlin', 'plimsoll org remove demo --yes'],
  async run(context) {
    const [verb = 'list', name] = context.words
    const json = context.options['json'] === true
    await withConnection(context, async (connection) => {
      if (verb === 'list') {
        const { items } = await connection.get<{ items: Organisation[] }>('/organisations')
        if (json) context.print(JSON.stringify(items, null, 2))
        else
          context.print(
            items.length
              ? table(
                  ['slug', 'name', 'zone', 'assets', ''],
                  items.map((org) => [org.slug, org.name, org.zone, org.assets, org.demo ? 'demo' : '']),
                )
              : 'There is no organisation yet: the first import opens one.',
          )
      } else if (verb === 'add' && name) {
        const org = await connection.send<Organisation>('POST', '/organisations', { json: { name, zone: textOption(context, 'zone') } })
        context.print(json ? JSON.stringify(org) : `Added ${org.name}: import into it with --org ${org.slug}`)
      } else if (verb === 'remove' && name) {
        if (!context.options['yes'])
          throw new UserError('confirmation_needed', `this removes ${name} with all that is known about it, for ever: say --yes`)
        await connection.send('DELETE', `/organisations/${encodeURIComponent(name)}`)
        context.print(json ? JSON.stringify({ removed: name }) : `Removed ${name}.`)
      } else throw new UserError('unknown_command', 'expected: plimsoll org, plimsoll org add <name>, plimsoll org remove <slug> --yes')
    })
  },
}
