create table cars (
    id bigint generated always as identity primary key,
    make text not null check (length(make) between 1 and 64),
    model text not null check (length(model) between 1 and 64),
    year integer not null check (year between 1886 and 2100),
    color text not null check (length(color) between 1 and 32),
    price numeric(12, 2) not null check (price >= 0),
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on column cars.price is 'In US dollars, exact to the cent';
comment on column cars.version is 'Rises with every change; the ETag of a car is made of it';

-- One index for each order of the list; the id makes every order total, which paging by key needs.
create index cars_by_make on cars (make, id);
create index cars_by_model on cars (model, id);
create index cars_by_year on cars (year, id);
create index cars_by_color on cars (color, id);
create index cars_by_price on cars (price, id);
create index cars_by_created_at on cars (created_at, id);

-- Filters do not heed case.
create index cars_make_is on cars (lower(make), lower(model));
create index cars_color_is on cars (lower(color));
