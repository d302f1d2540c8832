"use client";

import { useCallback, useId, useState } from "react";
import { Icon } from "@/components/icon";
import { FilterPanel } from "./filter-panel";
import { activeFilters, isSort, SORTS, type CarQuery } from "./query";
import type { Visit } from "./use-car-query";
import { useTypedText } from "./use-typed-text";

interface ToolbarProps {
  query: CarQuery;
  onChange: (change: Partial<CarQuery>, visit?: Visit) => void;
}

/** What narrows the list down and what sorts it. */
export function Toolbar({ query, onChange }: ToolbarProps) {
  const panel = useId();
  const narrowed = activeFilters(query).filter((filter) => filter !== "q").length;
  const [open, setOpen] = useState(narrowed > 0);
  return (
    <search className="toolbar">
      <div className="toolbar-row">
        <SearchBox query={query} onChange={onChange} />
        <SortBox query={query} onChange={onChange} />
        <button
          type="button"
          className="button"
          aria-expanded={open}
          aria-controls={panel}
          onClick={() => {
            setOpen(!open);
          }}
        >
          <Icon name="filter" />
          Filters
          {narrowed > 0 && <span className="badge">{narrowed}</span>}
        </button>
      </div>
      <div id={panel} hidden={!open}>
        <FilterPanel key={JSON.stringify(query)} query={query} onChange={onChange} />
      </div>
    </search>
  );
}

function SearchBox({ query, onChange }: ToolbarProps) {
  const id = useId();
  const search = useCallback(
    (text: string) => {
      // Not every pause in typing is worth a step of the browser's history.
      onChange({ q: text }, "replace");
    },
    [onChange],
  );
  const [text, setText] = useTypedText(query.q, search);
  return (
    <div className="search-box">
      <label htmlFor={id} className="visually-hidden">
        Search cars
      </label>
      <Icon name="search" />
      <input
        id={id}
        type="search"
        className="input"
        placeholder="Search make, model or color"
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
    </div>
  );
}

function SortBox({ query, onChange }: ToolbarProps) {
  const id = useId();
  return (
    <div className="sort-box">
      <label htmlFor={id}>Sort by</label>
      <select
        id={id}
        className="input"
        value={query.sort}
        onChange={(event) => {
          if (isSort(event.target.value)) onChange({ sort: event.target.value });
        }}
      >
        {Object.entries(SORTS).map(([sort, label]) => (
          <option key={sort} value={sort}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}
