-- The words of a text, in the same way for what is stored and for what is asked, so that "F-150"
-- and "f 150" are the same two words. The parser of to_tsvector would read a number of minus 150.
create function search_words(phrase text) returns text[]
    language sql immutable strict parallel safe
    return array_remove(regexp_split_to_array(lower(phrase), '[^[:alnum:]]+'), '');

-- Every word has to begin a word of the car: "tes mod" finds a Tesla Model 3. Null without a word.
create function search_query(phrase text) returns tsquery
    language sql immutable strict parallel safe
    return (
        select string_agg(quote_literal(word) || ':*', ' & ')::tsquery
        from unnest(search_words(phrase)) as word
    );

alter table cars add column search tsvector not null generated always as (
    array_to_tsvector(search_words(make || ' ' || model || ' ' || color || ' ' || year))
) stored;

create index cars_search on cars using gin (search);
