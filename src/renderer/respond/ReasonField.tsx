import TextField from '@mui/material/TextField';
import { useEffect, useRef, type ReactNode } from 'react';
import { useDraft } from '../store/respond-store.ts';

const MAX_REASON = 1_024;

/** Why something is done. It takes the focus once it is on the screen: to find its place sooner would hold the dialog up. */
export function ReasonField(props: { readonly disabled: boolean; readonly missing: boolean }): ReactNode {
  const { disabled, missing } = props;
  const reason = useDraft((draft) => draft.reason);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What would be ended is looked at first, however much stands between it and the reason.
    input.current?.focus({ preventScroll: true });
  }, []);
  return (
    <TextField
      label="Reason"
      placeholder="What happened, ticket"
      required
      inputRef={input}
      value={reason}
      disabled={disabled}
      error={missing}
      helperText={missing ? 'Say why: it goes into the journal and the agent’s audit.' : ' '}
      slotProps={{ htmlInput: { maxLength: MAX_REASON } }}
      onChange={(event) => {
        useDraft.setState({ reason: event.target.value });
      }}
    />
  );
}
