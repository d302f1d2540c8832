alter table cars drop column search;
drop function search_query(text);
drop function search_words(text);
