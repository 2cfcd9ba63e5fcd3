import type { InputHTMLAttributes, ReactNode, TextareaHTMLAttributes } from 'react'

/** The look of a field that fills its column. */
export const fieldLook =
  'block h-8 w-full rounded-md border border-line-strong bg-surface px-2 text-sm placeholder:text-ink-3 aria-invalid:border-worse'

interface Named {
  title: string
  /** What to fill in, beside the name. */
  hint?: string
}

/** A field with its name above it, and below it what is wrong with it. */
export function Field({ title, hint, error, children }: Named & { error?: string | undefined; children: ReactNode }) {
  return (
    <label className="block min-w-0 text-sm">
      <span className="font-medium">{title}</span> {hint && <span className="text-xs text-ink-3">{hint}</span>}
      <span className="mt-1 block">{children}</span>
      {error && <span className="mt-0.5 block text-xs text-worse">{error}</span>}
    </label>
  )
}

interface Filled extends Named {
  value: string
  onChange: (value: string) => void
}

/** A field of one line: a text, a date (`type="date"`), or what else an input takes. */
export function TextField({ title, hint, onChange, ...input }: Filled & Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'title'>) {
  return (
    <Field title={title} {...(hint ? { hint } : {})}>
      <input {...input} onChange={(event) => onChange(event.target.value)} className={fieldLook} />
    </Field>
  )
}

/** A field for a number, by default with any number of decimals. */
export const NumberField = (field: Parameters<typeof TextField>[0]) => <TextField type="number" step="any" {...field} />

/** A field in which one of some options is chosen. */
export function SelectField({ title, hint, value, onChange, required, children }: Filled & { required?: boolean; children: ReactNode }) {
  return (
    <Field title={title} {...(hint ? { hint } : {})}>
      <select value={value} required={required} onChange={(event) => onChange(event.target.value)} className={fieldLook}>
        {children}
      </select>
    </Field>
  )
}

/** A field of several lines. */
export function TextArea({
  title,
  hint,
  onChange,
  ...area
}: Filled & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'title'>) {
  return (
    <Field title={title} {...(hint ? { hint } : {})}>
      <textarea
        rows={2}
        {...area}
        onChange={(event) => onChange(event.target.value)}
        className="block w-full rounded-md border border-line-strong bg-surface px-2 py-1.5 text-sm placeholder:text-ink-3"
      />
    </Field>
  )
}
