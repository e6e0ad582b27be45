-- What detections remember, as bytes: smaller and faster to read than text. Where there are bytes, the text is empty; what
-- was written before is read as it is, and written as bytes when it changes.
ALTER TABLE detector_entity ADD COLUMN packed BLOB;
