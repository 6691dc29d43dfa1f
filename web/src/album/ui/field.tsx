// Inputs with their labels, hints and errors.

import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from 'react';

interface Said {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
}

export function Field({ label, hint, error, ...rest }: Said & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        {...rest}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-s` : undefined}
      />
      {(error || hint) && (
        <small id={`${id}-s`} className={error ? 'bad' : undefined}>
          {error ?? hint}
        </small>
      )}
    </div>
  );
}

export function Choice<T extends string>({
  label,
  value,
  options,
  onPick,
  ...rest
}: { label: string; value: T; options: readonly (readonly [T, string])[]; onPick(value: T): void } & Omit<
  SelectHTMLAttributes<HTMLSelectElement>,
  'value' | 'onChange'
>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} {...rest} value={value} onChange={(e) => onPick(e.target.value as T)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Check({
  checked,
  onCheck,
  children,
}: {
  checked: boolean;
  onCheck(checked: boolean): void;
  children: ReactNode;
}) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(e) => onCheck(e.target.checked)} />
      <span>{children}</span>
    </label>
  );
}
