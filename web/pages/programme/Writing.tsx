import type { ReactNode } from 'react'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { To } from '../../components/To.tsx'
import { type By, ByFields, Failure, Field, fieldLook } from './form.tsx'
import { YamlField } from './YamlField.tsx'

const switchLook =
  'h-7 rounded-md px-2 text-xs text-ink-2 hover:bg-hover disabled:opacity-50 aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent-ink'

/** The card in which a definition is written: in fields (children), or as YAML. `onFields` null: fields cannot show all that the text says. */
export function WriteCard({
  title,
  yaml,
  onYaml,
  onFields,
  onText,
  problems,
  children,
}: {
  title: string
  /** Null: it is written in fields. */
  yaml: string | null
  onYaml: () => void
  onFields: (() => void) | null
  onText: (text: string) => void
  problems: readonly { place: string; line: number | null; message: string }[]
  children: ReactNode
}) {
  return (
    <Card
      title={title}
      aside={
        <fieldset className="flex gap-1" aria-label="How to write it">
          <button
            type="button"
            aria-pressed={yaml === null}
            disabled={yaml !== null && !onFields}
            title={onFields ? undefined : 'Fields cannot show all that this text says'}
            onClick={() => onFields?.()}
            className={switchLook}
          >
            Fields
          </button>
          <button type="button" aria-pressed={yaml !== null} onClick={onYaml} className={switchLook}>
            YAML
          </button>
        </fieldset>
      }
    >
      {yaml === null ? (
        <div className="flex flex-col gap-3.5">{children}</div>
      ) : (
        <YamlField text={yaml} onChange={onText} problems={problems} />
      )}
    </Card>
  )
}

/** The card that saves a definition: its id, who decides, and the two buttons. */
export function SaveCard({
  page,
  what,
  id,
  fixed,
  onId,
  idProblem,
  by,
  setBy,
  failure,
  busy,
  ready,
  onSave,
  children,
}: {
  /** Where one goes without saving. */
  page: string
  what: 'metric' | 'initiative'
  id: string
  /** It is there already, and keeps its id. */
  fixed: boolean
  onId: (id: string) => void
  idProblem?: string | undefined
  by: By
  setBy: (by: By) => void
  failure: string | null
  busy: boolean
  ready: boolean
  onSave: () => void
  children?: ReactNode
}) {
  return (
    <Card title="Save">
      <div className="flex flex-col gap-3.5">
        <Field title="Id" hint="small letters, digits and -; it stays" error={idProblem}>
          <input
            value={id}
            disabled={fixed}
            maxLength={80}
            onChange={(event) => onId(event.target.value)}
            className={`${fieldLook} disabled:opacity-60`}
          />
        </Field>
        <ByFields by={by} setBy={setBy} />
        {children}
        <Failure text={failure} />
        <div className="flex justify-end gap-2">
          <To page={page} className={buttonLook('plain')}>
            Cancel
          </To>
          <Button look="primary" disabled={busy || !ready} onClick={onSave}>
            {busy ? 'Working …' : fixed ? 'Save new version' : `Save ${what}`}
          </Button>
        </div>
      </div>
    </Card>
  )
}
