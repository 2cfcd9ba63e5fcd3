import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf, send } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { word } from '../../format.ts'
import { SelectField, TextArea, TextField } from '../../components/fields.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { GroupChoice } from '../../components/GroupChoice.tsx'
import { justifications, meanings } from './words.tsx'

/** The dialog that adds an exception. The address may say what about: kind and subject, or a finding. */
export const AddException = ({ open, onClose }: { open: boolean; onClose: () => void }) => (open ? <Form onClose={onClose} /> : null)

const places = [
  ['all', 'All assets', 'Also those to come. Exceptions of groups about the same are suspended while it holds.'],
  ['groups', 'Chosen asset groups', 'Assets while they are in one of them.'],
  ['all_groups', 'All asset groups that there are now', 'Assets in no group, and groups to come, are left out.'],
] as const

function Form({ onClose }: { onClose: () => void }) {
  const { get } = useParameters()
  const { org } = useMoment()
  const client = useQueryClient()
  const finding = get('finding')
  const [about, setAbout] = useState(get('component') ? 'component' : get('subject') ? get('kind') || 'vulnerability' : 'vulnerability')
  const [subject, setSubject] = useState(get('subject'))
  const [component, setComponent] = useState(get('component'))
  const [place, setPlace] = useState<(typeof places)[number][0]>('all')
  const [groups, setGroups] = useState<readonly string[]>([])
  const [justification, setJustification] = useState<(typeof justifications)[number]>('alternate_mitigation')
  const [reason, setReason] = useState('')
  const [author, setAuthor] = useState('')
  const [starts, setStarts] = useState('')
  const [ends, setEnds] = useState('')
  const add = async () => {
    const scope = finding
      ? { finding_id: Number(finding) }
      : {
          ...(about === 'vulnerability' || about === 'control' ? { kind: about, subject } : {}),
          ...(about !== 'everything' && component.trim() ? { component: component.trim() } : {}),
          ...(place === 'groups' ? { asset_groups: groups } : place === 'all_groups' ? { all_groups: true } : {}),
          ...(about === 'everything' && place === 'all' ? { everything: true } : {}),
        }
    await send('POST', addressOf('/api/v1/exceptions', {}, { org }), {
      ...scope,
      justification,
      reason,
      ...(author.trim() ? { author } : {}),
      ...(starts ? { starts_at: starts } : {}),
      ...(ends ? { ends_at: ends } : {}),
    })
    await client.invalidateQueries()
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Add exception"
      line="Findings stay in the lists and show who excepted them, and why."
      action="Add exception"
      ready={Boolean(finding) || place !== 'groups' || groups.length > 0}
      onSubmit={add}
    >
      {finding ? (
        <p className="rounded-lg bg-sunken px-3 py-2 text-sm">
          Finding <span className="num">{finding}</span> alone, on its asset.
        </p>
      ) : (
        <>
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            <SelectField title="What" value={about} onChange={setAbout}>
              <option value="vulnerability">Vulnerability</option>
              <option value="control">Control</option>
              <option value="component">All of a component</option>
              <option value="everything">Everything found</option>
            </SelectField>
            {(about === 'vulnerability' || about === 'control') && (
              <TextField
                title="Its id"
                required
                maxLength={500}
                value={subject}
                onChange={setSubject}
                placeholder={about === 'vulnerability' ? 'CVE-2021-44228' : 'Id of the control'}
              />
            )}
            {about !== 'everything' && (
              <TextField
                title="In component"
                {...(about === 'component' ? {} : { hint: 'empty: any' })}
                required={about === 'component'}
                maxLength={500}
                value={component}
                onChange={setComponent}
              />
            )}
          </div>
          <fieldset className="text-sm">
            <legend className="font-medium">Where</legend>
            <Radios name="place" options={places} chosen={place} onChoose={setPlace} />
            {place === 'groups' && <GroupChoice chosen={groups} onChange={setGroups} />}
          </fieldset>
        </>
      )}
      <fieldset className="text-sm">
        <legend className="font-medium">Justification</legend>
        <Radios
          name="justification"
          options={justifications.map((one) => [one, word(one), meanings[one]] as const)}
          chosen={justification}
          onChoose={setJustification}
        />
      </fieldset>
      <TextArea title="Reason" required maxLength={2000} value={reason} onChange={setReason} />
      <div className="grid grid-cols-3 gap-3">
        <TextField title="From" type="date" value={starts} onChange={setStarts} />
        <TextField title="Until" type="date" value={ends} onChange={setEnds} />
        <TextField title="Decided by" maxLength={200} value={author} onChange={setAuthor} />
      </div>
      <p className="text-xs text-ink-3">Without a first day it begins now, without a last one it holds until somebody ends it.</p>
    </FormDialog>
  )
}

/** Ways to choose from, each with what it means. */
function Radios<K extends string>({
  name,
  options,
  chosen,
  onChoose,
}: {
  name: string
  options: readonly (readonly [id: K, title: string, meaning: string])[]
  chosen: K
  onChoose: (one: K) => void
}) {
  return (
    <div className="mt-1 flex flex-col gap-1">
      {options.map(([id, title, meaning]) => (
        <label key={id} className="flex items-start gap-2 rounded-md px-1 py-0.5">
          <input type="radio" name={name} checked={chosen === id} onChange={() => onChoose(id)} className="mt-1 accent-accent" />
          <span>
            {title} <span className="block text-xs text-ink-3">{meaning}</span>
          </span>
        </label>
      ))}
    </div>
  )
}
