import { Icon } from "@/components/icon";
import { Swatch } from "@/components/paint";
import { nameOf, type Car } from "./car";
import { formatPrice } from "./money";
import { toggleSort, type Sort } from "./query";

const COLUMNS = [
  { name: "make", label: "Make" },
  { name: "model", label: "Model" },
  { name: "year", label: "Year" },
  { name: "color", label: "Color" },
  { name: "price", label: "Price" },
] as const;

export interface CarActions {
  onEdit: (car: Car) => void;
  onDelete: (car: Car) => void;
}

interface CarTableProps {
  cars: Car[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** What may be done to a car; `null` for who has no access token. */
  actions: CarActions | null;
  /** The car that was changed last. */
  changed: string | null;
}

/** The cars of a page. On a narrow screen each row is laid out as a card. */
export function CarTable({ cars, sort, onSort, actions, changed }: CarTableProps) {
  return (
    <table className="car-table" aria-label="Cars">
      <thead>
        <tr>
          {COLUMNS.map(({ name, label }) => (
            <th key={name} className={name} aria-sort={direction(sort, name)}>
              <button
                type="button"
                className="sort"
                onClick={() => {
                  onSort(toggleSort(sort, name));
                }}
              >
                {label}
                <Icon name={sort === `-${name}` ? "arrowDown" : "arrowUp"} />
              </button>
            </th>
          ))}
          {actions && (
            <th className="actions">
              <span className="visually-hidden">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {cars.map((car) => (
          <CarRow key={car.id} car={car} actions={actions} changed={car.id === changed} />
        ))}
      </tbody>
    </table>
  );
}

interface CarRowProps {
  car: Car;
  actions: CarActions | null;
  changed: boolean;
}

function CarRow({ car, actions, changed }: CarRowProps) {
  return (
    <tr className={changed ? "car-row changed" : "car-row"}>
      <td className="make">{car.make}</td>
      <td className="model">{car.model}</td>
      <td className="year">{car.year}</td>
      <td className="color">
        <Swatch color={car.color} />
        {car.color}
      </td>
      <td className="price">{formatPrice(car.price)}</td>
      {actions && (
        <td className="actions">
          <button
            type="button"
            className="button button-quiet button-icon"
            onClick={() => {
              actions.onEdit(car);
            }}
          >
            <Icon name="edit" />
            <span className="visually-hidden">Edit {nameOf(car)}</span>
          </button>
          <button
            type="button"
            className="button button-quiet button-icon"
            onClick={() => {
              actions.onDelete(car);
            }}
          >
            <Icon name="trash" />
            <span className="visually-hidden">Delete {nameOf(car)}</span>
          </button>
        </td>
      )}
    </tr>
  );
}

function direction(sort: Sort, column: string): "ascending" | "descending" | undefined {
  if (sort === column) return "ascending";
  return sort === `-${column}` ? "descending" : undefined;
}

/** Where the table will stand. */
export function TableSkeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: 8 }, (_, row) => (
        <div key={row} className="skeleton-row">
          <span />
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}
