-- When a store rounds a tax. An invoice in Japan may round once for each rate, not for each line.
ALTER TABLE store ADD COLUMN tax_rounding text NOT NULL DEFAULT 'PER_LINE' CHECK (tax_rounding IN ('PER_LINE', 'PER_RATE'));
UPDATE store SET tax_rounding = 'PER_RATE' WHERE country = 'JP';
