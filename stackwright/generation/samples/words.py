"""Small word lists for sample data: invented people, places, companies and things."""

FIRST_NAMES = (
    "Ada", "Bruno", "Clara", "Dario", "Elena", "Felix", "Grace", "Hugo", "Ines", "Jonas",
    "Klara", "Leo", "Mira", "Nils", "Olivia", "Paul", "Rosa", "Samir", "Tara", "Viktor",
    "Wanda", "Yusuf", "Zoe", "Amara",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Brandt", "Castillo", "Duarte", "Eriksen", "Fontaine", "Gruber", "Hansen",
    "Ivanova", "Jensen", "Keller", "Lindqvist", "Moreau", "Novak", "Okafor", "Petersen",
    "Quinn", "Rossi", "Schmidt", "Tanaka", "Ueda", "Vargas", "Weber", "Yilmaz",
)  # fmt: skip
CITIES = (
    "Lisbon", "Graz", "Bergen", "Leiden", "Turin", "Malmo", "Porto", "Ghent", "Basel", "Cork",
    "Aarhus", "Lyon", "Tampere", "Bilbao", "Gdansk", "Leeds",
)  # fmt: skip
COUNTRIES = (
    "Portugal", "Austria", "Norway", "Netherlands", "Italy", "Sweden", "Belgium", "Switzerland",
    "Ireland", "Denmark", "France", "Finland",
)  # fmt: skip
COUNTRY_CODES = ("PT", "AT", "NO", "NL", "IT", "SE", "BE", "CH", "IE", "DK", "FR", "FI")
REGIONS = ("Styria", "Flanders", "Tuscany", "Jutland", "Brittany", "Munster", "Skane", "Alentejo")
STREETS = (
    "Mill Lane", "Harbour Street", "Station Road", "Linden Avenue", "Market Square",
    "Garden Row", "Bridge Street", "Orchard Way", "Castle Hill", "Weaver Street", "River Walk",
    "Chapel Road",
)  # fmt: skip
COMPANIES = (
    "Northwind Paper", "Bright Harbour", "Linden & Sons", "Clearwater Supplies",
    "Oakfield Press", "Blue Heron", "Granite Works", "Silver Birch", "Red Kite Trading",
    "Evergreen Tools", "Stonebridge Partners", "Lantern House",
)  # fmt: skip
TITLES = (
    "The Quiet Harbour", "A Winter in Graz", "Letters from the Coast",
    "The Clockmaker's Garden", "Salt and Stars", "The Last Ferry", "Paper Mountains",
    "An Ordinary Summer", "The Glass Orchard", "Night Trains", "The Long Field",
    "Seven Bridges", "The Cartographer", "Under the Linden Trees", "A Room in Lisbon",
    "The Weather Keeper",
)  # fmt: skip
PRODUCTS = (
    "Oak Table", "Desk Lamp", "Wool Blanket", "Ceramic Mug", "Leather Notebook", "Canvas Bag",
    "Steel Bottle", "Garden Chair", "Wall Clock", "Linen Shirt", "Walnut Shelf",
    "Copper Kettle", "Cork Board", "Field Jacket", "Hand Plane", "Reading Glasses",
)  # fmt: skip
TOPICS = (
    "History", "Travel", "Cooking", "Science", "Poetry", "Nature", "Music", "Design",
    "Mathematics", "Gardening", "Photography", "Philosophy", "Crafts", "Architecture", "Health",
    "Languages",
)  # fmt: skip
TASKS = (
    "Prepare the quarterly report", "Review the contract", "Order new supplies",
    "Plan the spring campaign", "Update the price list", "Repair the entrance door",
    "Call the supplier", "Draft the newsletter", "Check the inventory",
    "Train the new colleagues", "Renew the insurance", "Archive last year's files",
)  # fmt: skip
PROJECTS = (
    "Harbour Renewal", "Website Relaunch", "Winter Programme", "Solar Roof", "Customer Portal",
    "Night Market", "Archive Move", "Open Workshop", "River Clean-up", "Summer School",
    "Quiet Office", "New Warehouse",
)  # fmt: skip
DEPARTMENTS = (
    "Sales",
    "Finance",
    "Research",
    "Support",
    "Purchasing",
    "Logistics",
    "Marketing",
    "Engineering",
)
JOBS = (
    "Bookseller",
    "Engineer",
    "Accountant",
    "Designer",
    "Librarian",
    "Nurse",
    "Teacher",
    "Analyst",
    "Carpenter",
)
COLOURS = ("red", "blue", "green", "amber", "violet", "teal", "ivory", "slate")
HEX_COLOURS = ("#b3261e", "#1e5ab3", "#2e7d32", "#f9a825", "#6a1b9a", "#00796b")
CURRENCIES = ("EUR", "CHF", "SEK", "NOK", "DKK", "GBP", "USD")
LANGUAGES = ("en", "de", "fr", "pt", "it", "nl", "sv", "da")
UNITS = ("piece", "box", "metre", "litre", "kilogram", "hour")
KEYWORDS = (
    "new", "popular", "seasonal", "classic", "local", "gift", "limited", "handmade", "outdoor",
    "small", "large", "recommended",
)  # fmt: skip
ADJECTIVES = (
    "Amber", "Bright", "Calm", "Eastern", "First", "Golden", "Hidden", "Ivory", "Little",
    "Northern", "Old", "Quiet", "Royal", "Silver", "Upper", "Western",
)  # fmt: skip
SENTENCES = (
    "Arrived in good condition and was checked on the same day.",
    "A favourite of many regular visitors, often asked for in winter.",
    "Please ring the bell at the side entrance.",
    "Made by hand in a small workshop near the river.",
    "The second edition, with a new preface and an index.",
    "Kept in the back room until the repair is finished.",
    "Agreed by telephone; the written confirmation follows.",
    "Works best together with the accessories from last year.",
    "Everything went smoothly, and the schedule holds.",
    "Suitable for beginners as well as for people with experience.",
    "Needs a short introduction before the first use.",
    "Delivered in two parts because of its size.",
)
STATUSES = ("open", "ready", "paused", "done")
