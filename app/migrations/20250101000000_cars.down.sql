drop table cars;
