/** The mark on a ship's hull that shows how deep she may safely lie. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      strokeWidth={2.4}
      strokeLinecap="round"
      className="stroke-accent"
      aria-hidden
    >
      <circle cx="12" cy="12" r="7.2" />
      <path d="M1.8 12h20.4" />
    </svg>
  )
}
