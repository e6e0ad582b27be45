import Box from '@mui/material/Box';
import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { complete, itemOfValue, type CompletionItem } from '#shared/query/complete.ts';
import { parseQuery } from '#shared/query/parse.ts';
import type { FieldName } from '#shared/query/catalogue.ts';
import type { QueryError, SearchTable } from '#shared/query/tree.ts';
import { SearchFault } from './SearchFault.tsx';
import { SearchProposals } from './SearchProposals.tsx';

const PATIENCE_MS = 250;

/**
 * One line in the search language: proposals while it is typed, a fault underlined at its place. Only a search that can
 * be asked is handed on. `/` puts the focus here, Escape closes the proposals, then empties the line.
 */
export function SearchBar(props: {
  readonly table: SearchTable;
  readonly label: string;
  readonly value: string;
  readonly onChange: (search: string) => void;
  /** Values of a field that begin or go on so; for completion. */
  readonly valuesOf: (field: FieldName, text: string, signal: AbortSignal) => Promise<readonly string[]>;
}): ReactNode {
  const { table, label, value, onChange, valuesOf } = props;
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    // What is being typed and means the same stays as it is.
    if (value.trim() !== text.trim()) setText(value);
  }
  const [cursor, setCursor] = useState(0);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [asked, setAsked] = useState<{ readonly key: string; readonly values: readonly string[] }>({
    key: '',
    values: [],
  });
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  /** Where to go on once what was chosen is in the line. */
  const caret = useRef<number | null>(null);
  // With the line itself, not in the next frame: on a busy machine that comes after what is typed on, and goes back before it.
  useLayoutEffect(() => {
    if (caret.current === null) return;
    input.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });
  const listId = useId();
  const faultId = useId();

  const parsed = parseQuery(text, table);
  const fault: QueryError | null = parsed.ok ? null : parsed.error;
  const completion = complete(text, cursor, table);
  const key = completion.ask === null ? '' : `${completion.ask.field} ${completion.ask.prefix}`;
  const items: readonly CompletionItem[] = [
    ...completion.items,
    ...(asked.key === key && key !== '' ? asked.values.map((one) => itemOfValue(one, '')) : []),
  ].slice(0, 40);

  useEffect(() => {
    if (key === '' || !open) return undefined;
    const [field = '', ...rest] = key.split(' ');
    const abort = new AbortController();
    const wait = window.setTimeout(() => {
      valuesOf(field as FieldName, rest.join(' '), abort.signal).then(
        (values) => {
          setAsked({ key, values });
        },
        // Without proposals the line still works.
        () => undefined,
      );
    }, 120);
    return () => {
      window.clearTimeout(wait);
      abort.abort();
    };
  }, [key, open, valuesOf]);
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
    },
    [],
  );

  const hand = (next: string, soon: boolean) => {
    window.clearTimeout(timer.current);
    if (!parseQuery(next, table).ok) return;
    timer.current = window.setTimeout(
      () => {
        setKnown(next.trim());
        onChange(next.trim());
      },
      soon ? 0 : PATIENCE_MS,
    );
  };
  const type = (next: string, at: number) => {
    setText(next);
    setCursor(at);
    setActive(-1);
    setOpen(true);
    hand(next, false);
  };
  const choose = (item: CompletionItem) => {
    const after = text.slice(completion.to);
    const inserted = item.done && !after.startsWith(' ') ? `${item.text} ` : item.text;
    const next = text.slice(0, completion.from) + inserted + after;
    const at = completion.from + inserted.length;
    type(next, at);
    caret.current = at;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const shown = open && items.length > 0;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!shown) setOpen(true);
      else {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        setActive(
          (before) => (before + step + items.length + (before < 0 && step < 0 ? 1 : 0)) % items.length,
        );
      }
    } else if (event.key === 'Enter' || (event.key === 'Tab' && shown && active >= 0)) {
      const item = shown ? items[active] : undefined;
      if (item !== undefined) {
        event.preventDefault();
        choose(item);
      } else {
        setOpen(false);
        hand(text, true);
      }
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      if (shown) setOpen(false);
      else if (text === '') input.current?.blur();
      else {
        type('', 0);
        setOpen(false);
        hand('', true);
      }
    }
  };
  const follow = () => {
    setCursor(input.current?.selectionStart ?? text.length);
  };

  return (
    <Box sx={{ position: 'relative', flex: '3 1 18rem', maxWidth: '52rem', minWidth: '12rem' }}>
      <SearchFault
        text={text}
        fault={fault}
        quiet={open && cursor >= text.length}
        input={input}
        id={faultId}
      />
      <Box
        component="input"
        ref={input}
        type="text"
        role="combobox"
        value={text}
        placeholder={label}
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={open && items.length > 0}
        aria-controls={listId}
        aria-activedescendant={active >= 0 && open ? `${listId}-${String(active)}` : undefined}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : faultId}
        data-search-field=""
        maxLength={4_096}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          caret.current = null;
          type(event.target.value, event.target.selectionStart ?? event.target.value.length);
        }}
        onKeyDown={onKeyDown}
        onKeyUp={follow}
        onClick={() => {
          follow();
          setOpen(true);
        }}
        onFocus={follow}
        onBlur={() => {
          setOpen(false);
        }}
        sx={(theme) => ({
          ...theme.typography.mono,
          position: 'relative',
          width: '100%',
          height: theme.spacing(7),
          px: 2,
          border: 1,
          borderStyle: 'solid',
          borderColor: fault === null ? 'divider' : 'severity.high',
          borderRadius: 1,
          bgcolor: 'transparent',
          color: 'text.primary',
          outlineOffset: 1,
          '&::placeholder': { color: 'text.disabled', opacity: 1, fontFamily: theme.typography.fontFamily },
        })}
      />
      {open && items.length > 0 ? (
        <SearchProposals id={listId} items={items} active={active} onChoose={choose} />
      ) : null}
    </Box>
  );
}
