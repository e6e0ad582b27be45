import Button from '@mui/material/Button';
import { useRef, type ReactNode } from 'react';

/**
 * Asks for files. A button that opens the hidden field, and not a label around it: a label does nothing when Enter or
 * Space is pressed on it.
 */
export function FileButton(props: {
  /** What is chosen, as it is read aloud. */
  readonly label: string;
  /** Endings or types, as `accept` takes them. */
  readonly accept: string;
  readonly several?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        variant="outlined"
        disabled={props.disabled === true}
        onClick={() => {
          field.current?.click();
        }}
      >
        {props.children}
      </Button>
      <input
        ref={field}
        type="file"
        multiple={props.several === true}
        accept={props.accept}
        aria-label={props.label}
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file may be chosen again after it was mended.
          event.target.value = '';
          if (files.length > 0) props.onFiles(files);
        }}
      />
    </>
  );
}
