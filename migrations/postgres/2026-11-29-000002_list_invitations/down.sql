DROP INDEX links_unanswered;
